# Installs Debian packages that are missing. To be sourced by bash scripts.

packages_to_build=(meson ninja-build g++ pkg-config libgstreamer1.0-dev
  libgstreamer-plugins-base1.0-dev libhwy-dev libpango1.0-dev libturbojpeg0-dev libcli11-dev libjson-glib-dev)
# The CUDA backend is built if there is cuda.h, which Debian does not have.
for header in /usr/include/cuda.h /usr/local/cuda/include/cuda.h; do
  if [ -e "$header" ]; then
    packages_to_build+=(libgstreamer-plugins-bad1.0-dev)
    break
  fi
done
# Masks as metas need GStreamer's analytics library of 1.26 or later; Debian 12 has 1.22.
if ! grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release; then
  packages_to_build+=(libgstreamer-plugins-bad1.0-dev)
fi
# The Debian packages of the project itself.
packages_to_package=("${packages_to_build[@]}" libgstreamer-plugins-bad1.0-dev build-essential ccache debhelper dh-python
  lintian python3-build python3-setuptools python3-wheel)
packages_to_play=(gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-base-apps
  gstreamer1.0-x gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav)
# What examples/camera-wall needs, and then what its tests need.
packages_to_wall=(libsoup-3.0-dev libjson-glib-dev libgstreamer-plugins-bad1.0-dev gstreamer1.0-nice
  fonts-dejavu-core)
packages_to_view=("${packages_to_wall[@]}" gstreamer1.0-rtsp python3-gi gir1.2-gstreamer-1.0
  gir1.2-gst-plugins-base-1.0 gir1.2-gst-plugins-bad-1.0 gir1.2-gst-rtsp-server-1.0)
packages_to_test=("${packages_to_build[@]}" "${packages_to_view[@]}" "${packages_to_play[@]}" libgtest-dev libgif-dev
  libjpeg-turbo-progs python3-flatbuffers python3-numpy python3-onnx)
# A browser is large, so camera-wall's page is tested on one release; elsewhere where one is installed.
packages_to_browse=()
if grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release; then packages_to_browse+=(chromium); fi
packages_to_fuzz=("${packages_to_build[@]}" clang libclang-rt-dev libgif-dev)
packages_to_tidy=("${packages_to_build[@]}" clang-tidy-14)
# PyTorch is large, so tensors are tested with it on one release; elsewhere where it is installed.
if grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release; then packages_to_test+=(python3-torch); fi
# The Python package's annotations are checked on one release, too: each release's mypy finds other things.
if grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release; then packages_to_test+=(mypy); fi
# `quad batch` is tested on a cluster and with GNU parallel on one release, too.
if grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release; then packages_to_test+=(slurm-wlm parallel); fi
# ONNX Runtime and its header, against which our declarations are checked. Debian has it from 13 on.
if grep -qs '^VERSION_CODENAME=trixie' /etc/os-release; then packages_to_test+=(libonnxruntime-dev); fi

# as_root COMMAND...: runs it as root; asks for a password only on a terminal.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif ! command -v sudo >/dev/null; then
    echo "This needs root: $*" >&2
    return 1
  elif (: </dev/tty) 2>/dev/null; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

# Sets missing to those of PACKAGE... that are not installed.
find_missing() {
  missing=()
  if ! command -v dpkg-query >/dev/null; then
    echo "This is no Debian or Ubuntu: be sure to have what these packages hold: $*" >&2
    return
  fi
  local package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
      missing+=("$package")
  done
}

# One at a time: CI prepares another Debian while it builds.
apt=(flock /run/lock/gst-quad-apt env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0)

# Reads what packages there are. A failing third-party source is no reason to stop: what matters is whether the
# packages install.
update_lists() {
  as_root "${apt[@]}" update </dev/null >/dev/null || true
}

# install_packages PACKAGE...
install_packages() {
  if ! as_root "${apt[@]}" install --no-install-recommends "$@" </dev/null >/dev/null; then
    echo "Could not install: $*. Install them as root and try again." >&2
    return 1
  fi
}

# need_packages PACKAGE...: installs those that are missing. If none is, it needs neither root nor a network.
need_packages() {
  local missing
  find_missing "$@"
  [ ${#missing[@]} = 0 ] && return 0
  echo "Installing: ${missing[*]}"
  update_lists
  install_packages "${missing[@]}"
}

# configure FOLDER OPTION...: makes a meson build folder, or sets the options of an existing one.
configure() {
  local folder=$1
  shift
  if [ -f "$folder/build.ninja" ]; then
    meson configure "$folder" "$@"
  else
    meson setup "$folder" "$@"
  fi
}
