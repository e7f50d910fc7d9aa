"""Signs things in a running world, and turns them into test cases that the real cosigns have judged."""
import base64
import gzip
import io
import json
import lzma
import os
import shutil
import subprocess
import tarfile
import threading

import layout as oci

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def flip(text, position=-8):
    """The same base64 string with one bit of its content changed, by default near its end."""
    data = bytearray(base64.b64decode(text))
    data[position] ^= 1
    return base64.b64encode(data).decode()


def encoded(value):
    return base64.b64encode(json.dumps(value, separators=(",", ":")).encode()).decode()


def decoded(text):
    return json.loads(base64.b64decode(text))


class Fixtures:
    def __init__(self, world, out):
        self.world, self.out, self.env = world, os.path.realpath(out), {}
        for name in ("images", "blobs", "cases", "keys"):
            os.makedirs(self.path(name), exist_ok=True)
        self.folders, self.cases, self.surprises, self.said = {}, [], [], {}
        for name in ("trusted_root.json", "fulcio.pem", "rekor.pub", "ct.pub", "tsa.pem"):
            target = name if name.endswith("json") else "keys/" + name
            shutil.copy(world.folder / name, self.path(target))

    def path(self, name):
        return os.path.join(self.out, name)

    def write(self, name, data):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return name

    # --- programs ---------------------------------------------------------------------

    def run(self, *argv, check=True, **env):
        """Runs a program in the output folder; extra environment variables by name."""
        done = self.world.run(*argv, check=check, cwd=self.out, env={**self.env, **env}, timeout=60)
        done.stdout, done.stderr = done.stdout.decode("utf8", "replace"), done.stderr.decode("utf8", "replace")
        return done

    # --- things to sign -----------------------------------------------------------------

    def image(self, registry, repository, tag="latest", platforms=("amd64",), text=None):
        """Pushes an image of one small layer (or an index of several) and returns REF@DIGEST."""
        folder = str(self.world.home / "image")
        shutil.rmtree(folder, ignore_errors=True)
        image, entries = oci.Layout(folder, create=True), []
        for platform in platforms:
            tar = io.BytesIO()
            with tarfile.open(fileobj=tar, mode="w") as archive:
                content = (text or f"{repository}:{tag} {platform}\n").encode()
                info = tarfile.TarInfo("hello")
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            layer = gzip.compress(tar.getvalue(), mtime=0)
            config = json.dumps({"architecture": platform, "os": "linux", "config": {}, "rootfs": {
                "type": "layers", "diff_ids": [oci.sha256(tar.getvalue())]}}).encode()
            manifest = {"schemaVersion": 2, "mediaType": MANIFEST,
                        "config": {"mediaType": CONFIG, "digest": image.add(config), "size": len(config)},
                        "layers": [{"mediaType": LAYER, "digest": image.add(layer), "size": len(layer)}]}
            digest = image.add(manifest)
            entries.append({"mediaType": MANIFEST, "digest": digest, "size": len(image.blob(digest)),
                            "platform": {"architecture": platform, "os": "linux"}})
        digest = entries[0]["digest"]
        if len(entries) > 1:
            digest = image.add({"schemaVersion": 2, "mediaType": oci.INDEX, "manifests": entries})
        image.put(image.blob(digest), tag)
        self.world.registries[registry].push(folder, tag, repository, tag)
        return f"{self.world.registries[registry].host}/{repository}@{digest}"

    def key(self, name):
        """A key pair of the world: keys/NAME.key and keys/NAME.pub; gives back what signs."""
        for file in self.world.key(name):
            shutil.copy(file, self.path("keys"))
        return name

    # --- signing ------------------------------------------------------------------------

    def registry_of(self, ref):
        return next(r for r in self.world.registries.values() if ref.startswith(r.host + "/"))

    def sign3(self, ref, *extra, token=None, key=None, **more):
        self.world.sign3(self.registry_of(ref), ref, token or key, *extra, **more)

    def sign2(self, ref, *extra, token=None, key=None, **more):
        self.world.sign2(self.registry_of(ref), ref, token or key, *extra, **more)

    def blob(self, name, content, *extra, token=None, key=None, config="signing_config.json", verified=True):
        """Signs a file: blobs/NAME/artifact and blobs/NAME/bundle.sigstore.json; cosign checks it at once, unless told not to."""
        env, who = self.world.signer(token or key)
        root = ["--trusted-root", self.world.env["TRUSTED_ROOT"]] if verified else []
        folder = f"blobs/{name}"
        self.write(f"{folder}/artifact", content)
        verb = "attest-blob" if "--predicate" in extra else "sign-blob"
        self.run("cosign3", verb, "--yes", "--bundle", f"{folder}/bundle.sigstore.json", "--signing-config", self.world.folder / config,
                 *root, *who, *extra, f"{folder}/artifact", **env)
        return folder

    # --- layouts --------------------------------------------------------------------------

    def export(self, name, registry, repository=None):
        """Copies a repository with its signatures to images/NAME."""
        folder = f"images/{name}"
        oci.copy(self.world.registries[registry].host, repository or name, self.path(folder))
        self.folders[name] = (self.path(folder), registry != "PLAIN")
        return folder

    def altered(self, name, image, change):
        """A copy of images/IMAGE in cases/NAME/image, after change(layout)."""
        folder = self.path(f"cases/{name}/image")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folders[image][0], folder)
        layout = oci.Layout(folder)
        change(layout)
        layout.prune()
        self.folders[name] = (folder, self.folders[image][1])

    @staticmethod
    def in_bundles(change, which=None):
        """For altered(): applies change(bundle) to the bundles among the referrers. It may change
        its argument in place, or return the new bytes."""
        def apply(layout):
            found = [e for e in layout.index() if "sigstore.bundle" in layout.json(e["digest"]).get("artifactType", "")]
            for number, entry in enumerate(found):
                if which is not None and number != which:
                    continue
                manifest = layout.json(entry["digest"])
                bundle = layout.json(manifest["layers"][0]["digest"])
                result = change(bundle)
                digest = layout.add(bundle if result is None else result)
                manifest["layers"][0].update(digest=digest, size=len(layout.blob(digest)))
                layout.drop(entry["digest"])
                layout.put(manifest)
        return apply

    @staticmethod
    def in_signatures(change):
        """For altered(): applies change(payload, annotations) to the layers of the legacy signatures;
        it changes the annotations in place and may return a new payload."""
        def apply(layout):
            for entry in layout.index():
                manifest = layout.json(entry["digest"])
                if not any("simplesigning" in l["mediaType"] for l in manifest.get("layers", [])):
                    continue
                for layer in manifest["layers"]:
                    digest = layout.add(change(layout.blob(layer["digest"]), layer["annotations"])
                                        or layout.blob(layer["digest"]))
                    layer.update(digest=digest, size=len(layout.blob(digest)))
                layout.drop(entry["digest"])
                layout.put(manifest, oci.tag_of(entry))
        return apply

    def trusted_root(self, name, change):
        """A variant of the trusted root: trusted_root.NAME.json."""
        with open(self.world.env["TRUSTED_ROOT"]) as file:
            root = json.load(file)
        root = change(root) or root
        return self.write(f"trusted_root.{name}.json", json.dumps(root, indent=1))

    # --- cases --------------------------------------------------------------------------------

    def case(self, name, expect, why, command="verify", image=None, ref="latest", blob=None, artifact=None, bundle=None,
             oracles=("cosign3",), local=False, **args):
        """One case: a command on an image (images/IMAGE, or cases/NAME/image where altered() made one) or on a
        blob, its options by their long names with _ for -, and the verdict. The oracles must share it, but for
        those with a ! before their name, which are known to err and must differ."""
        os.makedirs(self.path(f"cases/{name}"), exist_ok=True)
        args = {key.replace("_", "-"): value for key, value in args.items() if value is not None}
        args.setdefault("trusted-root", "trusted_root.json")
        case = {"name": name, "command": command, "expect": expect, "why": why}
        if local:
            case.update(layout=f"images/{image}", local=True)
        elif blob:
            case.update(artifact=artifact or f"{blob}/artifact", bundle=bundle or f"{blob}/bundle.sigstore.json")
        else:
            repository = name if name in self.folders else image
            folder, referrers = self.folders[repository]
            separator = "@" if ref.startswith("sha256:") else ":"
            case.update(layout=os.path.relpath(folder, self.out), referrers_api=referrers,
                        reference=f"REGISTRY/{repository}{separator}{ref}")
        self.cases.append(({**case, "args": args}, oracles))

    def judge(self):
        """Asks the oracles about every case, and writes each case.json. Whether they all said what was expected."""
        server = oci.server(0, self.folders)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        registry = f"127.0.0.1:{server.server_address[1]}"
        for case, oracles in self.cases:
            case["oracle"] = []
            for program in oracles:
                command = self.command(case, program.lstrip("!"))
                argv = [arg.replace("REGISTRY", registry) for arg in command]
                for last_try in False, True:  # once in a thousand times cosign hangs
                    try:
                        result = self.run(*argv, check=False)
                        break
                    except subprocess.TimeoutExpired:
                        if last_try:
                            raise
                errs = program.startswith("!")
                case["oracle"].append({"status": result.status, **({"errs": True} if errs else {}), "program": argv[0]})
                self.said.setdefault(case["name"], []).append({
                    "argv": command, "status": result.status, "stdout": result.stdout.replace(registry, "REGISTRY"),
                    "stderr": result.stderr.replace(registry, "REGISTRY")})
                verdict = "reject" if result.status else "accept"
                if (verdict != case["expect"]) != errs:
                    self.surprises.append(f"{case['name']}: expected {case['expect']}, {program} says {verdict}: {result.stderr.strip()[-300:]}")
            self.write(f"cases/{case['name']}/case.json", json.dumps(case, indent=1, ensure_ascii=False) + "\n")
        server.shutdown()
        for line in self.surprises:
            print(line)
        print(f"{len(self.cases)} cases, {len(self.surprises)} where an oracle disagrees")
        return not self.surprises

    def write_said(self, path):
        """What the oracles said, word for word."""
        text = json.dumps(self.said, sort_keys=True, separators=(",", ":")).encode()
        with open(path, "wb") as file:
            file.write(lzma.compress(text, preset=9 | lzma.PRESET_EXTREME))

    def command(self, case, program):
        """The command line for an oracle: cosign3, cosign2 for legacy signatures, cosign2-oci11 for those among the
        referrers, cosign2-bundle for bundles, or cosign2-sha384 and so on for bundles signed over that digest."""
        args, options, kind = dict(case["args"]), [], program.partition("-")[2]
        self.env = {}
        if program in ("cosign2", "cosign2-oci11"):
            # For these the old cosign takes its keys from the environment, and wants the time stamps' chain named.
            del args["trusted-root"]
            self.env = dict(SIGSTORE_ROOT_FILE=self.path("keys/fulcio.pem"), SIGSTORE_REKOR_PUBLIC_KEY=self.path("keys/rekor.pub"),
                            SIGSTORE_CT_LOG_PUBLIC_KEY_FILE=self.path("keys/ct.pub"))
            if args.pop("use-signed-timestamps", False):
                args["timestamp-certificate-chain"] = "keys/tsa.pem"
            args["offline"] = True
            if kind:
                args["experimental-oci11"] = True
        elif kind:
            args["new-bundle-format"] = True
            if kind != "bundle":
                args["signature-digest-algorithm"] = kind
        for name, value in args.items():
            values = value if isinstance(value, list) else [value]
            options += [f"--{name}" if v is True else f"--{name}={v}" for v in values]
        if case.get("local"):
            tail = ["--local-image", case["layout"]]
        elif "layout" in case:
            tail = ["--allow-http-registry", case["reference"]]
        else:
            tail = ["--bundle", case["bundle"], case["artifact"]]
        return [program.split("-")[0], case["command"], *options, *tail]
