"""To be imported first by tests that read or write models: without the packages for it, the test is skipped."""

import sys

from quadmodels import cli

if missing := cli.missing_packages():
    print(f"{sys.executable} lacks {', '.join(missing)}")
    sys.exit(77)
