"""The records of one file, one at a time and in bounded memory: every record that cannot be read keeps its place.

`read` gives the same files as tables of DuckDB.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ...schemas.errors import DataError
from .format import File
from .plain import plain
from .record import Broken, Record
from .suffixes import format_of, known

ONE_PATH = "a source is the path of one file and nothing else: `text` and `id`, --text and --id, name its columns"


def records(path: Path, columns: Sequence[str]) -> Iterator[Record | Broken]:
    """Every record of a file, with these columns at least.

    Raises `DataError` before the first record if the file cannot be read or a column is missing.
    """
    kind = format_of(path)
    expected = "a file that ends in " + ", ".join(known())
    if path.is_dir():
        raise DataError("a folder where a file is needed", where=str(path), expected=expected)
    if not path.is_file():
        raise DataError("no such file", where=str(path), expected=expected, hint=ONE_PATH)
    if kind is None:
        raise DataError("not a format that can be read", where=str(path), got=path.name, expected=expected)
    if not path.stat().st_size:
        raise DataError("the file is empty", where=str(path))
    file = File(path, str(path), path.name)
    room = tempfile.mkdtemp()  # a generator that is dropped must remove it in silence
    try:
        text = replace(file, path=plain(file, Path(room), None)) if kind.is_text else file
        yield from kind.records(text, columns)
    except OSError as error:
        raise DataError("the file cannot be read", where=str(path), got=str(error)) from None
    finally:
        shutil.rmtree(room, ignore_errors=True)
