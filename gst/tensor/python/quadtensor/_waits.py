"""How long Python waits in the library."""

import time
from collections.abc import Iterator

from ._frame import SECOND

_PATIENCE = 100_000_000  # ns between two looks at signals, as Ctrl-C


def waits(timeout: float | None = None) -> Iterator[int]:
    """Yields for how many ns to wait next, until `timeout` seconds have passed; None: for ever."""
    began = time.monotonic()
    patience = _PATIENCE if timeout is None else min(_PATIENCE, int(timeout * SECOND) + 1)
    while timeout is None or time.monotonic() - began <= timeout:
        yield patience
