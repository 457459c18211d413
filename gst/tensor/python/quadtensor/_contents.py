"""What is in the file of a clip, as far as it is known."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from . import _source, _table
from ._library import check_process
from ._source import Source

CLOSED = "the clip is closed"
_T = TypeVar("_T")


class Contents:
    """The Info and the Table of a video stream. Each is read when it is first needed, by one thread at a time; others
    wait for it. What is known stays when it is closed, and in a process that was forked.

    closed   whether nothing more may be read
    """

    def __init__(self, location: Any, stream: int, timeout: float | None) -> None:
        self.closed = False
        self._location, self._stream, self._timeout = location, stream, timeout
        # In a forked process, locks may be held for ever, by a thread that stayed in the parent. So check_process() comes
        # before each of them.
        self._opening, self._reading = threading.Lock(), threading.Lock()
        self._source: Source | None = None
        self._content: memoryview | None = None  # of a file object that may not give it twice
        self._info: _table.Info | None = None
        self._table: _table.Table | None = None

    def check(self) -> None:
        if self.closed:
            raise ValueError(CLOSED)

    def source(self) -> Source:
        self.check()
        check_process()
        with self._opening:
            source = self._source = self._source or Source(self._location if self._content is None else self._content)
            self._content = source.content if self._content is None else self._content
        if self.closed:
            self._source = self._content = None
        self.check()
        return source

    def pickled(self) -> Any:
        """The location for another process."""
        content = self._content
        if content is None and _source.is_read_whole(self._location):
            check_process()
            with self._opening:
                content = _source.content_of(self._location) if self._content is None else self._content
                self._content = None if self.closed else content
        return _source.pickled(self._location if content is None else content)

    def info(self) -> _table.Info:
        """Raises Error."""
        return self._known(lambda: self._info, self._read_info)

    def table(self) -> _table.Table:
        """Raises Error."""
        return self._known(lambda: self._table, self._read_table)

    def known_table(self) -> _table.Table | None:
        """The table where it was read already."""
        return self._table

    def _known(self, get: Callable[[], _T | None], read: Callable[[], _T]) -> _T:
        self.check()
        if (known := get()) is not None:
            return known
        check_process()
        if not self._reading.acquire(timeout=-1 if self._timeout is None else self._timeout):
            raise _table.late(self._timeout)
        try:
            return known if (known := get()) is not None else read()
        finally:
            self._reading.release()

    def _read_info(self) -> _table.Info:
        self._info = _table.read(self.source(), self._stream, False, self._timeout, self.check)
        return self._info

    def _read_table(self) -> _table.Table:
        self._table = _table.read(self.source(), self._stream, True, self._timeout, self.check)
        # It knows more, as the duration.
        self._info = self._table.info
        return self._table

    def known(self) -> tuple[_table.Info | None, _table.Table | None]:
        """What a copy of these contents need not read again."""
        return self._info, self._table

    def know(self, info: _table.Info | None, table: _table.Table | None) -> None:
        self._info, self._table = info, table

    def close(self) -> None:
        """Ends what is being read, soon. Waits for nothing."""
        self.closed = True
        self._source = self._content = None
