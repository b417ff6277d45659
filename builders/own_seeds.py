"""A recipe over somebody's own seeds, as a command line says it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..schemas.errors import RecipeError
from .folder import slug


def changes(
    *,
    source: Path | None,
    text: str | None,
    id_: str | None,
    name: str | None,
    license_: str | None,
    n: int | None,
    budget: float | None = None,
) -> dict[str, Any]:
    """What a command line replaces in a recipe; of a recipe over other seeds neither number nor card is kept."""
    said = {"license": license_, "n": n, "name": name, "budget": None if budget is None else {"usd": budget}}
    replaced: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
    if source is None:
        if text or id_:
            raise RecipeError("a column without a source", where="--text, --id", expected="--source FILE")
        return replaced
    if text is None or license_ is None:
        missing = "--text COLUMN" if text is None else "--license ID"
        raise RecipeError("your own source needs more", where="--source", expected=missing)
    file = {"path": str(source.resolve()), "text": text} | ({"id": id_} if id_ else {})
    return replaced | {"source": {"file": file}, "name": name or slug(source.stem), "n": n, "card": {}}
