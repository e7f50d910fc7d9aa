// world-verifier asks sigstore-go about one bundle. It is to be a second
// opinion, so the only thing that it does itself is what that library leaves
// to its caller: it compares the annotations.
//
//	world-verifier -trusted-root FILE (-key FILE | -identity NAME -issuer URL) [-sha256] [-a NAME=VALUE]... [-no-log] [-no-time] BUNDLE FILE|sha256:HEX
package main

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature"
)

// edwards takes a signature of Ed25519 in either form; the library takes one that is named before.
type edwards struct{ pure, prehashed signature.Verifier }

func (e edwards) PublicKey(opts ...signature.PublicKeyOption) (crypto.PublicKey, error) {
	return e.pure.PublicKey(opts...)
}

func (e edwards) VerifySignature(sig, message io.Reader, opts ...signature.VerifyOption) error {
	s, err := io.ReadAll(sig)
	if err != nil {
		return err
	}
	m, err := io.ReadAll(message)
	if err != nil {
		return err
	}
	if e.pure.VerifySignature(bytes.NewReader(s), bytes.NewReader(m), opts...) == nil {
		return nil
	}
	return e.prehashed.VerifySignature(bytes.NewReader(s), bytes.NewReader(m), opts...)
}

// always is a key without a time limit.
type always struct{ signature.Verifier }

func (always) ValidAtTime(time.Time) bool { return true }

// loadKey chooses what the key signs with, SHA-384 with P-384 and SHA-512 with P-521, unless it is told SHA-256.
func loadKey(file string, plain bool) (root.TimeConstrainedVerifier, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	key, err := cryptoutils.UnmarshalPEMToPublicKey(text)
	if err != nil {
		return nil, err
	}
	if key, ok := key.(ed25519.PublicKey); ok {
		pure, err := signature.LoadED25519Verifier(key)
		if err != nil {
			return nil, err
		}
		prehashed, err := signature.LoadED25519phVerifier(key)
		return always{edwards{pure, prehashed}}, err
	}
	if plain {
		verifier, err := signature.LoadVerifier(key, crypto.SHA256)
		return always{verifier}, err
	}
	verifier, err := signature.LoadDefaultVerifier(key)
	return always{verifier}, err
}

type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

// annotated compares with the first subject of that digest, as cosign does.
func annotated(result *verify.VerificationResult, digest string, wanted list) error {
	if len(wanted) == 0 {
		return nil
	}
	if result.Statement == nil {
		return errors.New("no statement, so no annotations")
	}
	for _, subject := range result.Statement.Subject {
		if "sha256:"+subject.Digest["sha256"] != digest {
			continue
		}
		for _, pair := range wanted {
			name, value, _ := strings.Cut(pair, "=")
			found, ok := subject.Annotations.GetFields()[name]
			if !ok || found.GetStringValue() != value {
				return fmt.Errorf("annotation %s is not %s", name, value)
			}
		}
		return nil
	}
	return errors.New("no such subject")
}

func run() error {
	var wanted list
	trustedRoot := flag.String("trusted-root", "", "")
	key := flag.String("key", "", "")
	identity := flag.String("identity", "", "")
	issuer := flag.String("issuer", "", "")
	noLog := flag.Bool("no-log", false, "")
	noTime := flag.Bool("no-time", false, "")
	plain := flag.Bool("sha256", false, "")
	flag.Var(&wanted, "a", "")
	flag.Parse()
	if flag.NArg() != 2 {
		return errors.New("wanted: BUNDLE FILE|sha256:HEX")
	}

	b, err := bundle.LoadJSONFromPath(flag.Arg(0))
	if err != nil {
		return err
	}
	trust, err := root.NewTrustedRootFromPath(*trustedRoot)
	if err != nil {
		return err
	}
	material := root.TrustedMaterialCollection{trust}
	var options []verify.VerifierOption
	var policy verify.PolicyOption
	if *key != "" {
		verifier, err := loadKey(*key, *plain)
		if err != nil {
			return err
		}
		material = append(material, root.NewTrustedPublicKeyMaterial(func(string) (root.TimeConstrainedVerifier, error) { return verifier, nil }))
		policy = verify.WithKey()
	} else {
		who, err := verify.NewShortCertificateIdentity(*issuer, "", *identity, "")
		if err != nil {
			return err
		}
		policy = verify.WithCertificateIdentity(who)
		options = append(options, verify.WithSignedCertificateTimestamps(1))
	}
	if !*noLog {
		options = append(options, verify.WithTransparencyLog(1))
	}
	if *noTime {
		options = append(options, verify.WithNoObserverTimestamps())
	} else {
		options = append(options, verify.WithObserverTimestamps(1))
	}

	artifact := flag.Arg(1)
	var about verify.ArtifactPolicyOption
	if digest, ok := strings.CutPrefix(artifact, "sha256:"); ok {
		raw, err := hex.DecodeString(digest)
		if err != nil {
			return err
		}
		about = verify.WithArtifactDigest("sha256", raw)
	} else {
		file, err := os.Open(artifact)
		if err != nil {
			return err
		}
		defer file.Close()
		about = verify.WithArtifact(file)
	}
	verifier, err := verify.NewVerifier(material, options...)
	if err != nil {
		return err
	}
	result, err := verifier.Verify(b, verify.NewPolicy(about, policy))
	if err != nil {
		return err
	}
	return annotated(result, artifact, wanted)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "world-verifier:", err)
		os.Exit(1)
	}
}
