#!/bin/sh
# cross.sh ARCH TRIPLE QEMU: build and run the unit tests for another Debian architecture. The libraries are that
# architecture's own packages, unpacked in build/, nothing is installed.
set -e
arch=$1 triple=$2 qemu=$3
dir=$PWD/build/sys-$arch
if [ ! -f "$dir/done" ]; then
	rm -rf "$dir"
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/root" "$dir/debs"
	: >"$dir/status"
	opt="-oAPT::Architecture=$arch -oAPT::Architectures=$arch -oDir::State::Lists=$dir/lists -oDir::State::status=$dir/status -oDir::Cache=$dir/cache -oAPT::Sandbox::User=root"
	apt-get $opt -q update >/dev/null 2>&1 || echo "cross: not every package source has $arch"
	(cd "$dir/debs" && apt-get $opt -q download libbearssl-dev libsodium-dev libcmocka-dev libcmocka0 >/dev/null)
	for d in "$dir"/debs/*.deb; do
		dpkg -x "$d" "$dir/root"
	done
	: >"$dir/done"
fi
lib=$dir/root/usr/lib/$triple
make -j2 unit-run HTTP=none BUILD="build/$arch$(test "$SIGN" != 0 || echo /verifier)" CC="$triple-gcc" AR="$triple-ar" OPT='-O1 -g' \
	CFLAGS="-isystem $dir/root/usr/include" LDTEST="-L$lib -Wl,-rpath,$lib -Wl,-rpath-link,$lib" LIBS="$lib/libbearssl.a $lib/libsodium.a" \
	QEMU="$qemu -L /usr/$triple"
