#!/usr/bin/env bash
# Builds and tests on another Debian: tests/run.sh inside a root of its own, which debootstrap makes in
# build-debian/SUITE the first time. Needs root or sudo. The last line is that of tests/run.sh.
#
#   tests/debian.sh trixie      Debian 13, GStreamer 1.26: part of CI
#   tests/debian.sh forky       Debian 14, GStreamer 1.28: by hand, before a release
#   tests/debian.sh SUITE --prepare     makes the root and installs the packages, no more
#
# QUAD_ROOT=FOLDER     use that root, which is there already
# QUAD_NO_SUITE=NAMES  leave these suites out, instead of the ones that use nothing of GStreamer
set -euo pipefail
cd "$(dirname "$0")/.."
source tests/packages.sh
source tests/debian_root.sh
trap 'echo "0 passed, 1 failed"' EXIT

suite=${1:?which Debian? trixie, forky}
# tests/run.sh has run these here. The suite host has a test, `checksum`, of all bytes.
no_suite="once pixels core cuda gif jpeg matte"
home=build-debian
root=${QUAD_ROOT:-$home/$suite}

need_packages debootstrap
[ -n "${QUAD_ROOT:-}" ] || [ -e "$root/.complete" ] || make_root
refresh_root
copy_cuda_headers
copy_tree

choose_entry
command=(/src/tests/run.sh)
if [ "${2:-}" = --prepare ]; then
  command=(bash -c 'cd /src && source tests/packages.sh && need_packages "${packages_to_test[@]}" && echo "The root is ready."')
fi
trap - EXIT
passed_on+=(QUAD_PATIENCE="${QUAD_PATIENCE:-}" QUAD_NO_SUITE="${QUAD_NO_SUITE-$no_suite}")
in_root "${command[@]}"
