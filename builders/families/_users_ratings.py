"""Ratings that came with the source, such as those of UltraFeedback, in place of ratings that are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...schemas.rows.shared import Annotation
from ...schemas.rows.users import HIGH, LOW, GivenRating, Prompt
from ..asking.journal_reader import AskFailed
from ..sources import Seed

SOURCE = "source"
"""Annotator of the ratings that came with the source."""


def given_ratings(seed: Seed, attributes: Iterable[str]) -> list[GivenRating]:
    """The ratings of the first two responses in the field `ratings`; what is no number, such as `N/A`, is left out.

    Raises `AskFailed` for a rating off the scale.
    """
    listed = seed.fields.get("ratings")
    found = []
    for place, given in enumerate(listed[:2] if isinstance(listed, list) else []):
        for attribute in attributes:
            score = _number(given.get(attribute)) if isinstance(given, Mapping) else None
            if score is not None and not LOW <= score <= HIGH:
                raise AskFailed("a rating is off the scale", f"{attribute}: {score:g}, not {LOW} to {HIGH}", b"")
            if score is not None:
                found.append(GivenRating(place=place, attribute=attribute, score=score))
    return found


def source_annotation(prompt: Prompt, rating: GivenRating) -> Annotation:
    """A rating of the source as an annotation."""
    return Annotation(
        item_table="responses",
        item_id=f"{prompt.prompt_id}/{rating.place}",
        annotator_id=SOURCE,
        aspect=rating.attribute,
        score=rating.score,
        options=[],
    )


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None
    except ValueError:
        return None
