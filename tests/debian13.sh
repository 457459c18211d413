#!/usr/bin/env bash
# Builds and tests on Debian 13 (GStreamer 1.26): tests/run.sh inside a root of its own, which is made
# by debootstrap in build-debian13/root the first time and used again after that. Needs root or sudo.
set -euo pipefail
cd "$(dirname "$0")/.."
source tests/packages.sh
trap 'echo "0 passed, 1 failed"' EXIT

home=build-debian13
root=$home/root

# The mirror and the proxies of this machine serve that root too.
mirror() {
  local codename
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v codename="$codename" '$1 == codename && $2 == "main" && $3 ~ /\/debian\/?$/ {print $3; exit}'
}

make_root() {
  local from
  from=$(mirror)
  from=${from:-http://deb.debian.org/debian}
  echo "Making a Debian 13 root in $root from $from"
  as_root rm -rf "$root"
  mkdir -p "$home"
  # Packages that the build and the tests need are left to apt, which orders them better.
  as_root debootstrap --variant=minbase --include=ca-certificates trixie "$root" "$from" \
    >"$home/debootstrap.log" 2>&1 || {
    tail -n 20 "$home/debootstrap.log"
    return 1
  }
  # No service starts in there.
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$root/usr/sbin/policy-rc.d" >/dev/null
  as_root chmod 755 "$root/usr/sbin/policy-rc.d"
  as_root touch "$root/.complete"
}

# What may have changed on this machine since.
refresh_root() {
  apt-config dump | grep '^Acquire' | grep -v '^Acquire::\(GzipIndexes\|IndexTargets\)' |
    as_root tee "$root/etc/apt/apt.conf.d/01host" >/dev/null
  local file
  for file in /etc/resolv.conf /etc/hosts; do
    if [ -e "$file" ]; then as_root cp -L "$file" "$root$file"; fi
  done
}

# cuda.h is not Debian's: where this machine has it, the CUDA backend is built and tested there too.
copy_cuda_headers() {
  [ -e /usr/local/cuda/include/cuda.h ] || return 0
  as_root mkdir -p "$root/usr/local/cuda/include"
  as_root cp -L /usr/local/cuda/include/cuda*.h "$root/usr/local/cuda/include/"
}

# The tree as it is here, without builds. Times are kept, so that only what changed is built.
copy_tree() {
  as_root mkdir -p "$root/src"
  as_root find "$root/src" -mindepth 1 -maxdepth 1 ! -name 'build*' -exec rm -rf {} +
  tar --create --exclude='./build*' --exclude=./.git . |
    as_root tar --extract --no-same-owner --directory="$root/src"
}

# Where mounts are allowed, /proc and /dev are there, in a mount namespace that ends with the command.
inside() {
  as_root unshare --mount bash -c '
    mount -t proc proc "$0/proc" 2>/dev/null
    mount --rbind /dev "$0/dev" 2>/dev/null
    exec chroot "$0" "$@"' "$root" "$@"
}
outside() { as_root chroot "$root" "$@"; }

need_packages debootstrap
[ -e "$root/.complete" ] || make_root
refresh_root
copy_cuda_headers
copy_tree

enter=inside
as_root unshare --mount true 2>/dev/null || enter=outside
trap - EXIT
$enter env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 CI="${CI:-}" \
  QUAD_PATIENCE="${QUAD_PATIENCE:-}" QUAD_NO_SUITE=once /src/tests/run.sh
