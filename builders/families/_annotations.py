"""Annotations from answers, and the order in which an annotator is shown labels or texts."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from ...schemas.request import Prompt
from ...schemas.rows.shared import Annotation, Annotator, Aspect
from ..asking.ask import Answer, Ask

T = TypeVar("T")


def annotation(
    item: tuple[str, str], answer: Answer[Any], aspect: str, *, options: Sequence[str] = (), **value: Any
) -> Annotation:
    """What an annotator says of one aspect of an item: a `label` or a `score`, and the options as shown."""
    return Annotation(
        item_table=item[0],
        item_id=item[1],
        annotator_id=answer.annotator_id,
        aspect=aspect,
        sample=answer.sample,
        options=[*options],
        digest=answer.digest,
        **value,
    )


def drawn_order(options: Sequence[T], *of: str) -> list[T]:
    """Options in the order in which they are shown of this item to this annotator: random, and always the same."""
    return random.Random("/".join(of)).sample(options, len(options))


async def choose_label(
    ask: Ask, prompt: Callable[[str], Prompt], parse: type[BaseModel], role: str, aspect: Aspect, item_id: str
) -> list[Annotation]:
    """The label that each annotator of a role gives an item, in the field of the answer named as the aspect.

    `prompt` gets the labels as they are shown, in an order that is drawn for each annotator.
    """
    item = (aspect.item_table, item_id)

    def shown(annotator_id: str) -> list[str]:
        return drawn_order(aspect.labels, item_id, annotator_id)

    answers = await ask.each(
        lambda annotator: prompt(" / ".join(shown(annotator.annotator_id))), parse, role, item=item, into="annotations"
    )
    return [
        annotation(
            item, each, aspect.aspect, label=getattr(each.value, aspect.aspect), options=shown(each.annotator_id)
        )
        for each in answers
    ]


def sides_shown(first: str, second: str, annotator: Annotator, item_id: str) -> tuple[tuple[str, str], bool]:
    """Two texts in the order in which this annotator sees them, and whether they are swapped; drawn for each item."""
    swapped = drawn_order(["first", "second"], item_id, annotator.annotator_id)[0] == "second"
    return ((second, first) if swapped else (first, second)), swapped


def unswapped(label: str, annotator: Annotator, item_id: str) -> tuple[str, tuple[str, str]]:
    """A verdict in terms of the pair and not of the order in which `sides_shown` showed it, and that order."""
    _, swapped = sides_shown("", "", annotator, item_id)
    shown = ("second", "first") if swapped else ("first", "second")
    return dict(zip(("first", "second"), shown, strict=True)).get(label, label), shown
