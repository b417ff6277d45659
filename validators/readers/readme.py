"""The front matter of a dataset's README: what its publishers say of the data, in YAML and to be trusted in nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ...schemas.errors import DataError

README = "README.md"
LARGEST = 2**20
"""Characters of a README that are read."""


def front_matter(folder: Path) -> Mapping[str, Any]:
    """What it says; nothing where there is no README or it has none. Raises `DataError` if it is not YAML."""
    path = folder / README
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", errors="replace") as stream:
        content = stream.read(LARGEST)
    front = content.split("\n---", 1)[0].removeprefix("---") if content.startswith("---") else ""
    try:
        keys = yaml.safe_load(front)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise DataError("the front matter is not YAML", where=str(path), got=str(error).partition("\n")[0]) from None
    return keys if isinstance(keys, dict) else {}
