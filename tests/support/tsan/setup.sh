# Builds the plugin with ThreadSanitizer in build-tsan, and checks that races are found there. To be
# sourced by bash scripts in the project's root, after tests/packages.sh. Sets
#   build   the build folder; who sources this builds the programs that it wants there
#   tsan    what stands before a command, so that ThreadSanitizer knows GLib

build=build-tsan
need_packages "${packages_to_test[@]}"
# The sanitizer makes the compiler warn of what is not there, so its warnings count in other builds.
configure "$build" -Dtests=true -Dfuzz=true -Dexamples=false -Dcuda=disabled -Doptimization=1 \
  -Ddebug=false -Dcpp_args=-g1 -Dwerror=false -Db_sanitize=thread -Db_lundef=false
ninja -C "$build" gst/elements/libgstquad.so tests/support/tsan-control
gcc -shared -fPIC -O1 -w $(pkg-config --cflags glib-2.0) tests/support/tsan/glib.c \
  -o "$build/libglibtsan.so" -ldl -ltsan

# race_top: hides a report whose innermost function is theirs. `race:` would hide every report, because each has one
# of their functions somewhere in its stack.
printf 'race_top:lib%s\n' glib-2.0.so gobject-2.0.so gstreamer-1.0.so gstbase-1.0.so gstvideo-1.0.so \
  >"$build/tsan.supp"
export TSAN_OPTIONS="ignore_noninstrumented_modules=1 suppressions=$PWD/$build/tsan.supp \
history_size=4 second_deadlock_stack=1 exitcode=66"
export G_SLICE=always-malloc
tsan=(env "LD_PRELOAD=$(readlink -f "$(gcc -print-file-name=libtsan.so)"):$PWD/$build/libglibtsan.so")

# The control: no report with a GLib lock, a report without it.
log=$build/tsan-control.log
if ! "${tsan[@]}" "$build/tests/support/tsan-control" locked >"$log" 2>&1; then
  cat "$log"
  echo "ThreadSanitizer does not see GLib's locks."
  exit 1
fi
status=0
"${tsan[@]}" "$build/tests/support/tsan-control" unlocked >"$log" 2>&1 || status=$?
if [ "$status" != 66 ]; then
  cat "$log"
  echo "ThreadSanitizer does not find a race (status $status)."
  exit 1
fi
