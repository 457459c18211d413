# A build under AddressSanitizer, UndefinedBehaviorSanitizer and LeakSanitizer in build-sanitize. To be sourced by bash
# scripts in the project's root, after tests/packages.sh. Makes the folder, exports what programs from there need, and
# sets
#   build     the build folder; who sources this builds what it wants there
#   options   what the folder is made with

build=build-sanitize
# Little optimization and only lines for a debugger: most of the time here goes into compiling. The
# sanitizers make the compiler warn of what is not there, so its warnings count in the other builds. GStreamer's
# enumerations hold whatever number caps say, also one that is none of theirs.
options=(-Doptimization=1 -Ddebug=false "-Dcpp_args=-g1 -fno-sanitize=enum" -Dwerror=false
  -Db_sanitize=address,undefined -Db_lundef=false -Dtests=true -Dfuzz=true -Dquad=disabled -Dexamples=false)
# No kernel runs here, so one kind of GPU is enough.
export NVCC_APPEND_FLAGS=-arch=sm_80
need_packages "${packages_to_test[@]}"
configure "$build" "${options[@]}"

export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
# GLib's slices and their magazines hide leaks, and use after free.
export G_SLICE=always-malloc
