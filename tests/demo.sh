#!/bin/sh
# demo.sh: one real image signature accepted, the same one refused; both by the built program, offline.
dir=tests/vectors/demo
identity=https://gitlab.example.com/acme/edge/firmware//.gitlab-ci.yml@refs/heads/main
issuer=https://gitlab.example.com

try() {
	echo "\$ plomb verify --local-image $dir/image.tar --trusted-root $dir/trusted_root.json -a $1 \\"
	echo "    --certificate-identity $identity --certificate-oidc-issuer $issuer"
	./plomb verify --local-image "$dir/image.tar" --trusted-root "$dir/trusted_root.json" -a "$1" \
		--certificate-identity "$identity" --certificate-oidc-issuer "$issuer" 2>&1
	status=$?
	echo "exit $status"
	echo
	[ $status -eq "$2" ]
}

echo "An image that cosign signed in a GitLab pipeline, as a tar of its OCI layout. Is it the build of branch main?"
try tag=main 0 || { echo "demo: the signature should have been accepted" >&2; exit 1; }
echo "Is it the release v1?"
try tag=v1 12 || { echo "demo: the signature should have been refused" >&2; exit 1; }
