#!/usr/bin/env bash
# Fails where clang-format 14 would change something (`tests/format.sh --fix` changes it), and where
# a folder includes what it may not (docs/architecture.md, "Layers").
set -euo pipefail
cd "$(dirname "$0")/.."
source tests/packages.sh
need_packages clang-format-14

mode=(--dry-run -Werror)
[ "${1:-}" != --fix ] || mode=(-i)
find gst tests examples \( -name '*.cpp' -o -name '*.h' -o -name '*.cu' \) -print0 |
  xargs -0 clang-format-14 "${mode[@]}"
echo "The format is right."

# Files in gst/FOLDER include only what begins with one of the ALLOWED: `check FOLDER ALLOWED`.
check ()
{
  if grep -rnE '#include "[a-z.]+/' "gst/$1" | grep -vE "#include \"($2)[/.]"; then
    echo "gst/$1 may include only $2."
    exit 1
  fi
}
below_glue=$(ls gst | grep -vxE 'elements|tensor|glue|meson.build' | paste -sd '|')
for folder in gst/*/; do
  name=$(basename "$folder")
  case $name in
    elements) ;;
    tensor) check tensor 'tensor|glue|cuda|core|public' ;;
    tools) check tools 'tools|glue|public' ;;
    public) check public public ;;
    glue) check glue "glue|$below_glue" ;;
    host) check host 'host|gif|matte|core' ;;
    cuda) check cuda 'cuda|matte|core' ;;
    *) check "$name" "$name|core" ;;
  esac
done
for element in gst/elements/*/; do
  name=elements/$(basename "$element")
  check "$name" "$name|elements/about|glue|gif|infer|jpeg|matte|text|core|public"
done
echo "The includes are right."
