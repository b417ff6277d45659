"""The front matter of a dataset's README: what its publishers say of the data, in YAML and to be trusted in nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...schemas import bounds
from ...schemas.errors import DataError, RecipeError
from ...schemas.yaml_text import load_yaml

README = "README.md"


def prose(folder: Path) -> str:
    """The README of a folder without its front matter; empty where there is none."""
    path = folder / README
    if not path.is_file():
        return ""
    with path.open(encoding="utf-8", errors="replace") as stream:
        content = stream.read(bounds.current().metadata_bytes)
    return content.split("\n---", 1)[-1].partition("\n")[2] if content.startswith("---") else content


def front_matter(folder: Path) -> Mapping[str, Any]:
    """What it says; nothing where there is no README or it has none. Raises `DataError` if it cannot be read."""
    path = folder / README
    if not path.is_file():
        return {}
    with path.open("rb") as stream:
        content = stream.read(bounds.current().yaml_bytes + 1)
    text = content.decode(errors="replace")
    front = text.removeprefix("---").split("\n---", 1)[0] if text.startswith("---") else ""
    if not front.strip():
        return {}
    try:
        return load_yaml(front.encode(), str(path), duplicates=True)
    except RecipeError as error:
        what = f"the front matter: {error.what}" + (f" ({error.expected})" if error.expected else "")
        raise DataError(what, where=error.where, got=error.got, hint=error.hint) from None
