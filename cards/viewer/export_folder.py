"""The folder of an exported page, which may not grow beyond its declared size, and data as scripts."""

from __future__ import annotations

import gzip
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from ...schemas.errors import DataError

DATA = "data"
"""Folder of the scripts that hold data."""


class Folder:
    """The folder of the page, which may not grow beyond its declared size."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self.path, self.max_bytes, self.bytes = path, max_bytes, 0

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file. Raises `DataError` if the page grows too large."""
        raw = content.encode(errors="replace") if isinstance(content, str) else content
        self.add(len(raw))
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(raw)

    def add(self, size: int) -> None:
        """Count the bytes of a file. Raises `DataError` if the page grows too large."""
        self.bytes += size
        if self.bytes > self.max_bytes:
            hint = "declare a larger size, or export a smaller dataset"
            raise DataError("the page would be too large", got=f"over {self.max_bytes:,} bytes", hint=hint)

    def part(self, name: str, value: Any) -> None:
        """Write data as a script that hands it to the page; compressed and in letters alone, so it cannot break out."""
        raw = value if isinstance(value, bytes) else to_json(value, inf_nan_mode="null")
        letters = b64encode(gzip.compress(raw, 6, mtime=0)).decode()
        self.write(f"{DATA}/{name}.js", f'plurisetPart("{name}", "{letters}");\n')


class Chunks:
    """Many values of JSON as numbered scripts, each with as many as fit."""

    def __init__(
        self, folder: Folder, name: str, max_values: int = sys.maxsize, max_characters: int = sys.maxsize
    ) -> None:
        self.folder, self.name, self.max_values, self.max_characters = folder, name, max_values, max_characters
        self.starts = list[int]()
        """Number of the first value of each script."""
        self.values = 0
        self._waiting = list[str]()
        self._characters = 0

    def add(self, value: str) -> None:
        """Add a value, which is JSON."""
        if not self._waiting:
            self.starts.append(self.values)
        self._waiting.append(value)
        self._characters += len(value)
        self.values += 1
        if len(self._waiting) >= self.max_values or self._characters >= self.max_characters:
            self.close()

    def close(self) -> None:
        """Write the values that wait."""
        if self._waiting:
            self.folder.part(f"{self.name}-{len(self.starts) - 1}", f"[{','.join(self._waiting)}]".encode())
            self._waiting, self._characters = [], 0
