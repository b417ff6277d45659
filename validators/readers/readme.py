"""The front matter of a dataset's README: what its publishers say of the data, in YAML and to be trusted in nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...schemas import bounds
from ...schemas.errors import DataError, RecipeError
from ...schemas.yaml_text import load_yaml

README = "README.md"


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
