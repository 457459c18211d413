#!/bin/sh
# In place of `quad`, for tests of `quad batch`: does what the text of its input says. QUAD_LOG is a folder for what
# tells the tests how often a clip was done, and whether twice at the same time.
until [ "$1" = --report ]; do shift; done
report=$2 out=$4 input=$5
read -r what how <"$input"
# What a job leaves behind is the worker's to remove.
: >"$TMPDIR/left"
case $what in
  ok)
    if [ -n "$QUAD_LOG" ]; then
      exec 9>>"$QUAD_LOG/lock-${input##*/}"
      flock -n 9 9<&9 || echo "${input##*/}" >>"$QUAD_LOG/twice"
    fi
    sleep "${how:-0}" 9>&-
    echo "made of $input" >"$out"
    echo '{"frames": 10, "duration": 2.5, "warnings": ["It is short."]}' >"$report"
    [ -z "$QUAD_LOG" ] || echo "${input##*/}" >>"$QUAD_LOG/done"
    ;;
  damaged) # a clip of which there is a part
    echo "made of $input" >"$out"
    echo '{"frames": 3, "warnings": ["The clip ends too early.", "It is damaged."]}' >"$report"
    ;;
  warned) # and failed
    echo '{"error": "It has no end.", "warnings": ["It is damaged."]}' >"$report"
    exit 1
    ;;
  two) # outputs; one is for what is not in the name of the other
    echo picture >"${out%.*}.jpg"
    echo cues >"$out"
    ;;
  folder)
    mkdir "$out"
    for i in 1 2 3; do echo "$i $how" >"$out/$i.jpg"; done
    ;;
  bad)
    echo '{"error": "The clip has no video."}' >"$report"
    echo "something else" >&2
    exit 1
    ;;
  print)
    echo "first line"
    printf 'no report, \377 last line\n\n'
    exit 1
    ;;
  misuse)
    printf 'There is no --hat.\nRun with --help for more.\n'
    exit 2
    ;;
  hang) sleep 1000 ;;
  eat) head -c 900M /dev/zero | tail ;;
  fill) head -c 16M /dev/zero >"$out" || exit 1 ;;
  swell) head -c 16M /dev/zero >"$TMPDIR/large" && echo made >"$out" ;;
  crash) kill -SEGV $$ ;;
  killed) kill -KILL $$ ;;
  once) # killed; the second time all is well
    mkdir "$QUAD_LOG/once" && kill -KILL $$
    echo second >"$out"
    ;;
  nothing) ;;
  part) echo "half of it" >"$out" && exit 1 ;;
esac
