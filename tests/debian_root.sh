# Roots of other Debians. To be sourced after packages.sh, with `suite` and `root` (its folder) set.

# The mirror and the proxies of this machine serve that root too.
mirror() {
  local codename
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v codename="$codename" '$1 == codename && $2 == "main" && $3 ~ /\/debian\/?$/ {print $3; exit}'
}

# The headers of GStreamer's library for CUDA come with a package that depends on OpenCV's headers, whose 180 packages
# are a third of the root. Nothing here uses OpenCV, so an empty package stands in for it.
leave_opencv_out() {
  as_root mkdir -p "$root/opencv/DEBIAN"
  printf '%s\n' 'Package: no-opencv' 'Version: 1' 'Architecture: all' 'Maintainer: gst-quad' \
    'Provides: libopencv-dev (= 99)' 'Description: stands in for OpenCV' |
    as_root tee "$root/opencv/DEBIAN/control" >/dev/null
  as_root chroot "$root" dpkg-deb --build /opencv /opencv.deb >/dev/null
  as_root chroot "$root" dpkg --install /opencv.deb >/dev/null
}

# A Debian with what each Debian has, and no more.
make_base() {
  local from script=()
  from=$(mirror)
  from=${from:-http://deb.debian.org/debian}
  # All Debians are made as sid is; an older debootstrap does not know the newer ones.
  [ -e "/usr/share/debootstrap/scripts/$suite" ] || script=(sid)
  echo "Making a root of Debian $suite in $root from $from"
  as_root rm -rf "$root"
  mkdir -p "$(dirname "$root")"
  # apt installs the packages for the build and the tests, because it orders them better.
  as_root debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$from" "${script[@]}" \
    >"$root.log" 2>&1 || {
    tail -n 20 "$root.log"
    return 1
  }
  # No service starts in there.
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$root/usr/sbin/policy-rc.d" >/dev/null
  as_root chmod 755 "$root/usr/sbin/policy-rc.d"
}

make_root() {
  make_base
  leave_opencv_out
  as_root touch "$root/.complete"
}

# Files of this machine that may have changed since.
refresh_root() {
  apt-config dump | grep '^Acquire' | grep -v '^Acquire::\(GzipIndexes\|IndexTargets\)' |
    as_root tee "$root/etc/apt/apt.conf.d/01host" >/dev/null
  local file
  for file in /etc/resolv.conf /etc/hosts; do
    if [ -e "$file" ]; then as_root cp -L "$file" "$root$file"; fi
  done
}

# cuda.h is not Debian's. If this machine has it, the CUDA backend is built and tested there too.
copy_cuda_headers() {
  [ -e /usr/local/cuda/include/cuda.h ] || return 0
  as_root mkdir -p "$root/usr/local/cuda/include"
  as_root cp -L /usr/local/cuda/include/cuda*.h "$root/usr/local/cuda/include/"
}

# Copies this tree without builds. Keeps the files' times, so that only changed files are built.
copy_tree() {
  as_root mkdir -p "$root/src"
  as_root find "$root/src" -mindepth 1 -maxdepth 1 ! -name 'build*' -exec rm -rf {} +
  tar --create --exclude='./build*' --exclude=./.git . |
    as_root tar --extract --no-same-owner --directory="$root/src"
}

# If mounts are allowed, /proc and /dev are there, in a mount namespace that ends with the command.
inside() {
  as_root unshare --mount bash -c '
    mount -t proc proc "$0/proc" 2>/dev/null
    mount --rbind /dev "$0/dev" 2>/dev/null
    exec chroot "$0" "$@"' "$root" "$@"
}
outside() { as_root chroot "$root" "$@"; }
choose_entry() {
  enter=inside
  as_root unshare --mount true 2>/dev/null || enter=outside
}

# in_root COMMAND...: runs it in the root with a clean environment, and with the variables in `passed_on`.
passed_on=()
for variable in CCACHE_DEPEND CCACHE_SLOPPINESS; do
  [ -z "${!variable:-}" ] || passed_on+=("$variable=${!variable}")
done
in_root() {
  $enter env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 CI="${CI:-}" "${passed_on[@]}" "$@"
}
