"""Lines of a text file in bounded memory, plain or gzip."""

from __future__ import annotations

import codecs
import csv
import gzip
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from ...schemas import bounds
from .record import Broken

CHUNK = 2**20
"""Bytes read at once where lines do not matter."""


def opened(path: Path) -> BinaryIO:
    """The bytes of a file, unpacked."""
    return cast(BinaryIO, gzip.open(path, "rb")) if path.suffix.lower() == ".gz" else path.open("rb")


class TooLong(Exception):
    """A record is longer than anybody meant it to be."""

    def __init__(self) -> None:
        super().__init__(f"over {bounds.current().record_bytes:,} bytes")


class Lines:
    """Lines of a text, counted. The lines of a record can be read again, so that one broken record spoils no other.

    A byte that is not UTF-8 becomes a lone surrogate, which `undecodable` finds.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._number, self._size = stream, 0, 0
        self._longest = bounds.current().record_bytes
        self._record: list[str | None] = []
        self._again: deque[str | None] = deque()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        self._number += 1
        self._record.append(line)
        self._size += len(line or "")
        if line is None or self._size > self._longest:
            raise TooLong
        return line

    def begin(self) -> int:
        """Begin a record; the number of its first line."""
        self._record.clear()
        self._size = 0
        return self._number + 1

    def back(self) -> None:
        """Go back to the second line of the record."""
        again = self._record[1:]
        self._again.extendleft(reversed(again))
        self._number -= len(again)

    def _read(self) -> str | None:
        """The next line; None for one that is too long."""
        line = rest = self._stream.readline(self._longest)
        if not line:
            raise StopIteration
        while len(rest) == self._longest and not rest.endswith(b"\n"):
            rest = self._stream.readline(self._longest)
            line = b""
        if not line:
            return None
        return (line.removeprefix(codecs.BOM_UTF8) if self._number == 0 else line).decode(errors="surrogateescape")


def undecodable(text: str) -> str | None:
    """The first byte of a line that is not UTF-8, such as `byte 0xe9`; None if all of it is."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"byte 0x{ord(text[error.start]) & 0xFF:02x}"
    return None


def cells(lines: Lines, delimiter: str, what: str) -> Iterator[tuple[int, list[str]] | Broken]:
    """The cells of each record of a table in text, with its first line; blank lines are none. `what` names the format.

    An unclosed quote swallows what follows: only the line it stands in is given up.
    """
    csv.field_size_limit(max(csv.field_size_limit(), bounds.current().record_bytes))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        at = lines.begin()
        try:
            found = next(reader, None)
        except TooLong as error:
            yield Broken(at, "record is too long", str(error))
            lines.back()
        except csv.Error as error:
            yield Broken(at, f"line is not {what}", str(error))
            lines.back()
        else:
            if found is None:
                return
            if found:
                yield at, found
