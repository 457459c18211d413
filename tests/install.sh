#!/usr/bin/env bash
# Builds the Debian packages, installs them in a fresh root of that Debian without recommended packages, and uses
# them there: the plugin, the commands, the Python guide, and an application in C. Needs root or sudo. The last line
# is `N passed, N failed`.
#
#   tests/install.sh SUITE              SUITE is bookworm or trixie. Another Debian's packages are built in the root of
#                                       tests/debian.sh, which is made if it is not there
#   tests/install.sh SUITE --prepare    makes the fresh root and downloads what it will need, no more
#
# QUAD_ROOT=FOLDER  build in that root, which is there already
set -euo pipefail
cd "$(dirname "$0")/.."
source tests/packages.sh
source tests/debian_root.sh
trap 'echo "0 passed, 1 failed"' EXIT

suite=${1:?which Debian? bookworm, trixie}
home=build-debian
build_root=${QUAD_ROOT:-$home/$suite}
fresh=$home/fresh-$suite
here=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")

# What the tests use beside the packages and what these depend on.
packages_to_use=(gstreamer1.0-tools gcc libc6-dev pkgconf python3-numpy)

prepare() {
  need_packages debootstrap
  root=$fresh
  if [ ! -e "$root/.complete" ]; then
    make_base
    as_root touch "$root/.complete"
  fi
  refresh_root
  in_root apt-get -q update >/dev/null
  in_root apt-get -q -y --download-only --no-install-recommends install "${packages_to_use[@]}" \
    gstreamer1.0-plugins-{base,good} libgstreamer-plugins-base1.0-dev libpangocairo-1.0-0 >/dev/null
}

# Sets `built` to the folder of the packages.
build() {
  if [ "$suite" = "$here" ]; then
    built=build-packages/$suite
    tests/packages/build.sh "$PWD/$built"
    return
  fi
  root=$build_root
  built=$root/src/build-packages/$suite
  [ -n "${QUAD_ROOT:-}" ] || [ -e "$root/.complete" ] || make_root
  refresh_root
  copy_cuda_headers
  copy_tree
  in_root /src/tests/packages/build.sh "/src/build-packages/$suite"
}

install_built() {
  as_root rm -rf "$root/packages" "$root/quad-test"
  as_root mkdir -p "$root/packages" "$root/quad-test"
  as_root cp "$built"/*.deb "$root/packages"
  as_root cp "$built"/*.whl tests/packages/{app.c,torch.py,use.sh} docs/tensors.md "$root/quad-test"
  in_root env DEBIAN_FRONTEND=noninteractive bash -c \
    'apt-get -q -y -o Dpkg::Options::=--force-unsafe-io -o "Dpkg::Options::=--path-exclude=/usr/share/locale/*" \
       --no-install-recommends install /packages/*.deb "$@" >/quad-test/apt.log 2>&1 ||
     { tail -n 30 /quad-test/apt.log; exit 1; }' bash "${packages_to_use[@]}"
}

choose_entry
if [ "${2:-}" = --prepare ]; then
  prepare
  trap - EXIT
  exit
fi
build
echo "The packages are built, and lintian has no fault to find ($SECONDS s)."
prepare
install_built
echo "They are installed ($SECONDS s)."
version=$(sed -n "s/^  version: '\(.*\)',/\1/p" meson.build | head -n 1)
trap - EXIT
# Building and installing are two tests.
in_root bash /quad-test/use.sh "$version" 2
