#!/bin/sh
# deps.sh build|test: install what is missing on Debian; elsewhere say what is wanted.
set -e
build="gcc libc6-dev libbearssl-dev libjsmn-dev libsodium-dev libcurl4-openssl-dev"
test="$build clang-14 libclang-rt-14-dev llvm-14 libcmocka-dev python3 python3-pytest python3-cryptography openssl xz-utils util-linux binutils cpio swupdate curl jq
	gcc-arm-linux-gnueabihf libc6-dev-armhf-cross gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user-static"
case $1 in
build) wanted=$build ;;
test) wanted=$test ;;
*) echo "usage: deps.sh build|test" >&2; exit 2 ;;
esac
if ! command -v dpkg-query >/dev/null 2>&1; then
	# No Debian: the compiler will say what is missing; this says what it is called there.
	echo "plomb: this is not Debian; wanted are (by their Debian names):" $wanted >&2
	exit 0
fi
missing=
for p in $wanted; do
	dpkg-query -W -f '${Status}\n' "$p" 2>/dev/null | grep -q '^install ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
	echo "plomb: wanted packages are not installed; as root: apt-get install$missing" >&2
	exit 2
fi
echo "plomb: installing$missing"
apt-get -q update >/dev/null
DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends $missing >/dev/null
