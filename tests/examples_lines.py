"""Finds the launch lines of documents and of the elements' sources."""

import html
import re
COMMANDS = ("gst-launch-1.0 ", "gst-inspect-1.0 ")


def commands(lines, bare=False):
    """(number, command) for each command. It goes on after a backslash; where `bare`, as in comments
    that a formatter fills, up to the next command."""
    command, first, open_line = "", 0, False
    for number, line in lines:
        line = line.strip().removeprefix("$ ")
        if not open_line:
            if command:
                yield first, command
            command, first = "", number
        begins = line.startswith(COMMANDS)
        if bare and begins and command:
            yield first, command
            command, first = "", number
        if command or begins:
            command = f"{command} {line.removesuffix(chr(92)).strip()}".strip()
            open_line = bare or line.endswith(chr(92))
    if command:
        yield first, command


def lines_of_document(text):
    """(number, command, why not to run it)."""
    block, reason = None, None
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip().startswith("```"):
            if block is None:
                block = []
            else:
                yield from ((n, c, reason) for n, c in commands(block))
                block, reason = None, None
        elif block is not None:
            block.append((number, line))
        elif line.startswith("    gst-launch-1.0"):
            raise SystemExit(f"line {number} would not be run: fence it")
        elif line.strip():
            excuse = re.match(r"<!-- not run: (.*?) -->", line.strip())
            reason = excuse[1] if excuse else None


def lines_of_source(text):
    """(number, command, None)."""
    block = None
    for number, line in enumerate(text.splitlines(), 1):
        line = re.sub(r"^\s*(\*|//)? ?", "", line)
        if line.startswith("|["):
            block, line = [], line[2:]
        if block is None:
            continue
        block.append((number, html.unescape(line.split("]|")[0])))
        if "]|" in line:
            yield from ((n, c, None) for n, c in commands(block, bare=True))
            block = None
