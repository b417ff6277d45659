"""Reading a card from a file, and checking it before it is published."""

from __future__ import annotations

from pathlib import Path

from ...schemas import bounds
from ...schemas.errors import PublishError
from ...schemas.manifest import Manifest
from ...schemas.run_layout import CARD
from .front_matter import front_matter_problems
from .merge import split_card


def checked_card(path: Path, manifest: Manifest) -> str:
    """The card of a run. Raises `PublishError` if the Hub would not accept it or its licence is not the recipe's."""
    card = decode_card(path.read_bytes(), str(path))
    front, _ = split_card(card, str(path))
    problems = front_matter_problems(front)
    if front.get("license") not in (manifest.recipe.license, [manifest.recipe.license]):
        problems.append(f"the licence is missing, or not that of the recipe ({manifest.recipe.license})")
    if problems:
        hint = "`pluriset card` writes it again"
        raise PublishError("this card cannot be published", where=str(path), got="; ".join(problems), hint=hint)
    return card


def decode_card(raw: bytes, where: str = CARD) -> str:
    """The text of a card. Raises `PublishError` if it is too large or not UTF-8."""
    if len(raw) > bounds.current().card_bytes:
        raise bounds.exceeded("card_bytes", where, len(raw), PublishError)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise PublishError("the card is not UTF-8", where=where, got=str(error)) from None
