"""The quickstart's output while it installs and builds, with tools that only pretend to, and each script's help."""

import re
import shutil

from examples_suite import expect

TOOLS = {
    # All packages are there.
    "dpkg-query": "echo installed",
    "apt-get": 'echo "apt-get $*" >>"$TOOLS_LOG"',
    "gst-launch-1.0": 'echo "gst-launch-1.0 version 1.22.0"; echo "GStreamer 1.22.0"',
    "meson": 'touch "$2/build.ninja"',
    "ninja": 'echo "$*" >>"$TOOLS_LOG"; exit 7',
}


def run(suite, **tools):
    """Runs a copy of the quickstart, so that nothing is built in the source. Returns what it and its tools said."""
    top = suite.folder / "copy"
    shutil.rmtree(top, ignore_errors=True)
    for name in ("bin", "build", "tests"):
        (top / name).mkdir(parents=True)
    shutil.copytree(suite.source / "examples", top / "examples")
    shutil.copy(suite.source / "meson.build", top)
    shutil.copy(suite.source / "tests/packages.sh", top / "tests")
    for name, text in {**TOOLS, **tools}.items():
        (top / "bin" / name).write_text(f"#!/bin/bash\n{text}\n")
        (top / "bin" / name).chmod(0o755)
    log = top / "log"
    log.touch()
    # An empty value counts as unset.
    output = suite.run([str(top / "examples/quickstart.sh")], QUAD_BUILD="", QUAD_OUT="", TOOLS_LOG=str(log),
                       PATH=f"{top / 'bin'}:{suite.env['PATH']}")
    expect(suite.status != 0, f"status 0:\n{output}")
    return output, log.read_text()


def old_gstreamer(suite):
    """It is said before anything is installed."""
    output, called = run(suite, **{"gst-launch-1.0": 'echo "GStreamer 1.20.3"', "dpkg-query": "exit 1"})
    expect("GStreamer is 1.20.3 here, and 1.22 or newer is needed" in output, output)
    expect(called == "", f"it went on: {called}")


def meson_fails(suite):
    output, called = run(suite, meson='echo "meson.build:1: ERROR: no such thing"; exit 1')
    expect("ERROR: no such thing" in output, f"meson's words are lost:\n{output}")
    expect(re.search(r"^Configuring .*failed", output, re.M), output)
    expect(called == "", f"it went on: {called}")


def installing_fails(suite):
    output, called = run(suite, **{"dpkg-query": "exit 1", "apt-get": 'echo "no network"; exit 100', "sudo": 'shift; "$@"'})
    expect("Could not install" in output, output)
    expect(re.search(r"^Installing meson .*failed", output, re.M), output)


def builds(suite):
    """All that the README's lines use."""
    output, called = run(suite)
    expect(re.search(r"^Configuring .* \d+ s$", output, re.M), output)
    targets = re.findall(r"gst/\S+", called)
    expect([t.split(".so")[0] for t in targets] == ["gst/elements/libgstquad", "gst/tensor/libquadtensor-1.0", "gst/tools/quad/quad"], called)
    rules = (suite.build / "build.ninja").read_text()
    for target in targets:
        expect(f"\nbuild {target}:" in rules, f"meson knows no {target}")


def tells_how_to_go_on(suite):
    clips = [suite.folder / "clips" / f"{name}.mp4" for name in ("one", "two", "three", "four")]
    output = suite.script("quickstart.sh", *clips)
    expect(output.endswith(f"\n  export GST_PLUGIN_PATH={suite.build}/gst/elements\n"), output)


def help(suite, script):
    for option in ("-h", "--help"):
        output = suite.script(script, option)
        expect(f"examples/{script}" in output and "#!" not in output and "source" not in output.splitlines()[-1], output)
    expect(all(len(line) < 120 for line in output.splitlines()), output)


def add_to(suite):
    for function in (old_gstreamer, meson_fails, installing_fails, builds, tells_how_to_go_on):
        suite.add(f"quickstart_{function.__name__}", function, suite)
    for path in sorted((suite.source / "examples").glob("*.sh")):
        if path.name != "common.sh":
            suite.add(f"help_{path.stem}", help, suite, path.name)
