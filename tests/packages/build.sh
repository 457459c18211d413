#!/usr/bin/env bash
# Builds the Debian packages and a wheel of the Python package in FOLDER, and runs lintian over them. Fails where lintian has an error or a warning.
#
#   tests/packages/build.sh FOLDER
#
# CI=true  compiles with the options of tests/run.sh instead of Debian's flags. So ccache, if it is installed, finds
#          what the tests' build has compiled.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
out=$1
source "$top/tests/packages.sh"
need_packages "${packages_to_package[@]}"

# One version everywhere.
version=$(sed -n "s/^  version: '\(.*\)',/\1/p" "$top/meson.build" | head -n 1)
for place in "gst/tensor/python/pyproject.toml:version = \"$version\"" "debian/changelog:gst-quad ($version)" "CHANGELOG.md:## $version"; do
  grep -qF -- "${place#*:}" "$top/${place%%:*}" || {
    echo "${place%%:*} does not have the version $version of meson.build."
    exit 1
  }
done

rm -rf "$out"
mkdir -p "$out/gst-quad"
tar --create --directory="$top" --exclude='./build*' --exclude=./.git . | tar --extract --directory="$out/gst-quad"
cd "$out/gst-quad"

rules=debian/rules
if [ -n "${CI:-}" ]; then
  rules="make -f debian/rules DEB_CXXFLAGS_MAINT_APPEND="
  export DEB_CXXFLAGS_SET='' DEB_CPPFLAGS_SET='' QUAD_MESON_OPTIONS='--buildtype=release -Dwerror=true'
fi
# debhelper changes HOME, and the language of messages.
if command -v ccache >/dev/null; then
  CCACHE_DIR=$(ccache --get-config cache_dir)
  export CCACHE_DIR CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=locale
fi
# No packages of symbols for debuggers: they are large, and nothing here reads them.
DEB_BUILD_OPTIONS="noautodbgsym parallel=$(nproc)" dpkg-buildpackage --build=full --no-sign --rules-file="$rules" \
  >../build.log 2>&1 || {
  tail -n 40 ../build.log
  exit 1
}
cd ..
(cp -r gst-quad/gst/tensor/python python && cd python &&
  /usr/bin/python3 -m build --wheel --no-isolation --outdir ..) >wheel.log 2>&1 || {
  tail -n 20 wheel.log
  exit 1
}
# Root's own files are no fault of a test.
lintian --allow-root --tag-display-limit 0 --fail-on error,warning ./*.changes
