"""A text file made plain: unpacked, without a byte order mark, UTF-8 throughout; in bounded memory."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ...schemas import bounds
from ...schemas.errors import DataError
from .findings import Findings
from .format import File
from .lines import CHUNK, opened

SMALL = 64 * 2**20
"""Bytes to which any file may unpack, whatever its own size."""
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BINARY = {
    b"\x80\x02": "a pickle",
    b"\x80\x03": "a pickle",
    b"\x80\x04": "a pickle",
    b"\x80\x05": "a pickle",
    b"PK\x03\x04": "a zip file",
    b"\x1f\x8b": "gzip under another name",
    b"PAR1": "parquet",
    b"ARROW1": "Arrow",
    b"\xff\xff\xff\xff": "Arrow",
    b"SQLite format 3": "a database",
    b"\x89HDF": "HDF5",
    b"%PDF": "a PDF",
}
"""First bytes -> what it is."""


def plain(file: File, room: Path, findings: Findings | None) -> Path:
    """The file itself if it is plain, else a copy in `room`; bytes that are not UTF-8 become U+FFFD and a finding.

    Without `findings`, such bytes stay as they are.

    Raises `DataError` for what is no text, cannot be unpacked, or unpacks to far more than it should.
    """
    try:
        with opened(file.path) as stream:
            start = stream.read(CHUNK)
            _refuse_binary(file.path, start)
            if file.path.suffix.lower() != ".gz" and not _marked(start) and _is_utf8(start, stream):
                return file.path
        copy = room / f"{len(list(room.iterdir()))}.txt"
        with copy.open("wb") as out:
            for piece in _pieces(file, findings):
                out.write(piece)
        return copy
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError("broken gzip file", where=str(file.path), got=str(error)) from None
    except OSError as error:
        raise DataError("the file cannot be read", where=str(file.path), got=str(error)) from None


def _refuse_binary(path: Path, start: bytes) -> None:
    for magic, what in BINARY.items():
        if start.startswith(magic):
            raise DataError("not text", where=str(path), got=what, hint="convert it with the program that wrote it")


def _marked(start: bytes) -> bool:
    return start.startswith((codecs.BOM_UTF8, *UTF16))


def _is_utf8(start: bytes, stream: BinaryIO) -> bool:
    decoder, chunk = codecs.getincrementaldecoder("utf-8")(), start
    try:
        while chunk:
            decoder.decode(chunk)
            chunk = stream.read(CHUNK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _pieces(file: File, findings: Findings | None) -> Iterator[bytes]:
    """The text as UTF-8, whole lines at a time."""
    with opened(file.path) as stream:
        start = stream.read(2)
        if start in UTF16:
            yield from _from_utf16(file, start, stream, findings)
            return
        line = 1
        for number, lines in enumerate(_whole_lines(file.path, start, stream)):
            text = lines.removeprefix(codecs.BOM_UTF8) if number == 0 else lines
            yield _repaired(text, line, file, findings) if findings else text
            line += lines.count(b"\n")


def _whole_lines(path: Path, start: bytes, stream: BinaryIO) -> Iterator[bytes]:
    most, size = max(path.stat().st_size * bounds.current().expansion, SMALL), 0
    rest = start
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if path.suffix.lower() == ".gz" and size > most:
            raise bounds.exceeded("expansion", str(path))
        whole, newline, after = (rest + chunk).rpartition(b"\n")
        rest = after
        if newline:
            yield whole + newline
        elif len(rest) > bounds.current().record_bytes:
            yield rest
            rest = b""
    if rest:
        yield rest


def _repaired(lines: bytes, first: int, file: File, findings: Findings) -> bytes:
    try:
        lines.decode()
    except UnicodeDecodeError:
        return b"\n".join(
            _replaced(line, number, file, findings) for number, line in enumerate(lines.split(b"\n"), first)
        )
    return lines


def _replaced(line: bytes, number: int, file: File, findings: Findings) -> bytes:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        found = {"file": file.name, "line": number, "problem": f"byte 0x{line[error.start]:02x}"}
        findings.add("encoding", file.table, found)
    return line.decode(errors="replace").encode()


def _from_utf16(file: File, mark: bytes, stream: BinaryIO, findings: Findings | None) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    decoder.decode(mark)
    if findings:
        findings.add("encoding", file.table, {"file": file.name, "problem": "UTF-16"})
    while chunk := stream.read(CHUNK):
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()
