"""A YAML file: recipe, checks file or roles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...schemas import bounds
from ...schemas.errors import RecipeError
from ...schemas.yaml_text import load_yaml


def read_yaml(path: Path) -> dict[str, Any]:
    """Its keys and values. Raises `RecipeError`, also for what is no file, such as a device, before it is read."""
    return load_yaml(read_bytes(path), str(path))


def read_bytes(path: Path) -> bytes:
    """The bytes of a YAML file that is not too large. Raises `RecipeError`."""
    if not path.is_file():
        raise RecipeError("no such file", where=str(path))
    try:
        with path.open("rb") as file:
            raw = file.read(bounds.current().yaml_bytes + 1)
    except OSError as error:
        raise RecipeError("the file cannot be read", where=str(path), got=error.strerror) from None
    if len(raw) > bounds.current().yaml_bytes:
        raise bounds.exceeded("yaml_bytes", str(path), path.stat().st_size, RecipeError)
    return raw
