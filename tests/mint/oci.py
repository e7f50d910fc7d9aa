"""OCI image layouts, as directories and as tars, with signatures in them (SPEC 10.1 and 12)."""
import hashlib
import io
import json
import os
import tarfile

from .material import compact

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
COSIGN_SIG = "application/vnd.dev.cosign.artifact.sig.v1+json"
EMPTY = "application/vnd.oci.empty.v1+json"
REF = "org.opencontainers.image.ref.name"


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Layout:
    """Everything is a plain attribute; tests spoil what they like before write() or tar()."""

    def __init__(self):
        self.blobs = {}  # digest: bytes
        self.index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": []}
        self.files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}

    def blob(self, data, media_type, **more):
        self.blobs[sha256(data)] = data
        return {"mediaType": media_type, "digest": sha256(data), "size": len(data), **more}

    def manifest(self, value, media_type=MANIFEST, **more):
        return self.blob(value if isinstance(value, bytes) else compact(value), media_type, **more)

    def list(self, descriptor, ref=None, kind=None):
        """Name it in index.json."""
        annotations = dict(descriptor.get("annotations", {}))
        if ref:
            annotations[REF] = ref
        if kind:
            annotations["kind"] = kind
        entry = dict(descriptor)
        if annotations:
            entry["annotations"] = annotations
        self.index["manifests"].append(entry)
        return descriptor

    # --- things to sign -----------------------------------------------------------

    def image(self, content=b"a layer\n", ref="latest", architecture="amd64", listed=True, kind=None):
        config = self.blob(compact({"architecture": architecture, "os": "linux", "config": {},
                                    "rootfs": {"type": "layers", "diff_ids": [sha256(content)]}}), CONFIG)
        descriptor = self.manifest({"schemaVersion": 2, "mediaType": MANIFEST, "config": config,
                                    "layers": [self.blob(content, LAYER)]})
        if listed:
            self.list(descriptor, ref, kind)
        return descriptor

    def image_index(self, children, ref="latest", listed=True):
        descriptor = self.manifest({"schemaVersion": 2, "mediaType": INDEX, "manifests": children}, INDEX)
        if listed:
            self.list(descriptor, ref)
        return descriptor

    # --- signatures ---------------------------------------------------------------

    def attach_bundle(self, image, bundle, edit=lambda manifest: manifest, listed=True, media_type=BUNDLE):
        """A referrer, as cosign 3 writes it."""
        empty = self.blob(b"{}", EMPTY)
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": media_type,
                    "config": {**empty, "artifactType": media_type},
                    "layers": [self.blob(bundle, media_type)],
                    "annotations": {"dev.sigstore.bundle.content": "dsse-envelope"},
                    "subject": {key: image[key] for key in ("mediaType", "digest", "size")}}
        descriptor = self.manifest(edit(manifest), artifactType=media_type)
        if listed:
            self.list(descriptor)
        return descriptor

    def layer(self, m, edit=lambda descriptor: descriptor):
        """A cosign 2 layer's descriptor for a minted signature."""
        return edit(self.blob(m.layer_blob, m.layer_media_type, annotations=m.layer_annotations))

    def attach_tag(self, image, layers, suffix="sig", edit=lambda manifest: manifest, kind=None, ref=True):
        """cosign 2's manifest under the tag sha256-HEX.sig or .att."""
        config = self.blob(compact({"architecture": "", "config": {}, "os": "", "rootfs": {
            "type": "layers", "diff_ids": [layer["digest"] for layer in layers]}}), CONFIG)
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}
        descriptor = self.manifest(edit(manifest))
        self.list(descriptor, image["digest"].replace(":", "-") + "." + suffix if ref else None, kind)
        return descriptor

    def attach_oci11(self, image, layers):
        """cosign 2's signature as a referrer."""
        config = self.blob(b"{}", COSIGN_SIG)
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": COSIGN_SIG, "config": config,
                    "layers": layers, "subject": {key: image[key] for key in ("mediaType", "digest", "size")}}
        descriptor = self.manifest(manifest, artifactType=COSIGN_SIG)
        self.list(descriptor)
        return descriptor

    # --- where it goes --------------------------------------------------------------

    def members(self):
        files = dict(self.files)
        files.setdefault("index.json", compact(self.index))
        for name, data in self.blobs.items():
            files["blobs/" + name.replace(":", "/")] = data
        return files

    def write(self, folder):
        for name, data in self.members().items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
        return folder

    def tar(self, path, edit=lambda infos: infos, mode="w"):
        """A tar of the layout; edit gets and gives a list of (TarInfo, bytes)."""
        infos = []
        for name, data in self.members().items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            infos.append((info, data))
        with tarfile.open(path, mode, format=tarfile.USTAR_FORMAT) as archive:
            for info, data in edit(infos):
                archive.addfile(info, io.BytesIO(data) if data is not None else None)
        return path
