"""Runs a module's unittest cases and prints what GoogleTest would, for tests/summary.py."""

import sys
import time
import traceback
import unittest


class _Result(unittest.TestResult):
    def startTest(self, test):
        super().startTest(test)
        self._name = test.id().removeprefix("__main__.")
        self._mark, self._said = "[       OK ]", ""
        print(f"[ RUN      ] {self._name}", flush=True)
        self._start = time.monotonic()

    def _bad(self, test, error):
        self._mark, self._said = "[  FAILED  ]", "".join(traceback.format_exception(*error))

    def addError(self, test, error):
        super().addError(test, error)
        self._bad(test, error)
        if not isinstance(test, unittest.TestCase):  # a class that could not be set up
            print(self._said, flush=True)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._bad(test, error)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error:
            self._mark = "[  FAILED  ]"
            self._said += f"{subtest}\n" + "".join(traceback.format_exception(*error))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._mark, self._said = "[  SKIPPED ]", reason
        if not isinstance(test, unittest.TestCase):  # a class that is skipped in its setup: one case
            name = test.id().removeprefix("setUpClass (__main__.").removesuffix(")")
            print(f"[ RUN      ] {name}\n{reason}\n[  SKIPPED ] {name} (0 ms)", flush=True)

    def stopTest(self, test):
        super().stopTest(test)
        if self._said:
            print(self._said)
        milliseconds = int((time.monotonic() - self._start) * 1000)
        print(f"{self._mark} {self._name} ({milliseconds} ms)", flush=True)


def main():
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    result = suite.run(_Result())
    print(f"[==========] {result.testsRun} tests ran.")
    sys.exit(not result.wasSuccessful())
