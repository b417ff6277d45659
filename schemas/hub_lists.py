"""The Hub's closed lists of front-matter values, which `datasets` ships."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic_core import from_json


@cache
def hub_list(name: str) -> Any:
    """A list by its file name, such as `languages`; read without importing `datasets`, which takes a second."""
    spec = find_spec("datasets")
    assert spec is not None and spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / "utils" / "resources" / f"{name}.json"
    return from_json(path.read_bytes())
