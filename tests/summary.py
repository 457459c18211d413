#!/usr/bin/env python3
"""Counts the test cases in meson's log and prints `N passed, N failed[, N skipped]` last.

usage: summary.py TESTLOG.json STATUS-OF-MESON-TEST

A program that prints as GoogleTest does counts by its cases, any other one as one case. A program
that crashed, ran out of time or failed in another way than by a case (a leak, say) adds a failure.
"""

import json
import re
import sys

MARK = re.compile(
    r"\[ RUN      \] (?P<run>\S+)$"
    r"|\[       OK \] (?P<ok>\S+) \(\d+ ms\)$"
    r"|\[  FAILED  \] (?P<bad>\S+?),?(?: where .*)? \(\d+ ms\)$"
    r"|\[  SKIPPED \] (?P<skip>\S+) \(\d+ ms\)$"
)
# Meson's words for a program that passed.
GOOD = {"OK", "EXPECTEDFAIL"}


class Count:
    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []

    def read_cases(self, program, text):
        """Adds the cases of one program; returns how many began."""
        began, running, said = 0, None, []
        for line in text.splitlines():
            mark = MARK.search(line)
            if not mark:
                said.append(line.strip())
                continue
            if mark["run"]:
                began, running, said = began + 1, mark["run"], []
                continue
            if mark["ok"]:
                self.passed += 1
            elif mark["bad"]:
                self.failed.append(f"{program}: {mark['bad']}")
            else:
                self.skipped.append((f"{program}: {mark['skip']}", reason(said)))
            running = None
        if running:
            self.failed.append(f"{program}: {running} (never ended)")
        return began

    def read_program(self, record):
        program, result = record["name"], record["result"]
        text = record.get("stdout") or ""
        failed_before = len(self.failed)
        began = self.read_cases(program, text)
        if began == 0:
            if result == "SKIP":
                self.skipped.append((program, reason(text.splitlines())))
            elif result in GOOD and "[==========]" not in text:
                self.passed += 1
            elif result in GOOD:
                self.failed.append(f"{program}: has no test case")
        if result not in GOOD and result != "SKIP" and len(self.failed) == failed_before:
            self.failed.append(f"{program}: {result}, status {record.get('returncode')}")


def reason(lines):
    """What a skipped case said, without GoogleTest's `file:line: Skipped`."""
    said = [re.sub(r"^\S+:\d+: Skipped$", "", line) for line in lines]
    return " ".join(line for line in said if line) or "no reason given"


def main():
    log, status = sys.argv[1], int(sys.argv[2])
    count = Count()
    try:
        with open(log, encoding="utf-8", errors="replace") as records:
            for record in records:
                count.read_program(json.loads(record))
    except FileNotFoundError:
        count.failed.append("meson test left no log")

    if status != 0 and not count.failed:
        count.failed.append(f"meson test ended with status {status}")
    if count.passed + len(count.failed) == 0:
        count.failed.append("no test ran")

    for name, why in count.skipped:
        print(f"skipped: {name}: {why}")
    for name in count.failed:
        print(f"failed: {name}")
    line = f"{count.passed} passed, {len(count.failed)} failed"
    if count.skipped:
        line += f", {len(count.skipped)} skipped"
    print(line)
    return 1 if count.failed else 0


sys.exit(main())
