"""The vocabulary of checks and measures: what any dataset is read as, whoever published it and however.

A profile says in SELECT statements how a dataset becomes these views, and a check or a measure says which of them, and
which of their columns, it needs. Neither needs to know the other. Columns with a default are optional: a
view has the columns that its profile gives it. Views are cast to the types written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .row import Row


class Item(Row):
    """One thing that is judged, answered or read: a situation, a statement, a question, a response."""

    item_id: str
    """What identifies it among all items; starts with the kind of item where there are several."""
    text: str | None
    """What it says."""
    split: str | None = None
    """The split that it is in."""
    group_id: str | None = None
    """What it was made from, with others: scenario, dialogue, prompt or template. One group belongs in one split."""
    parent_id: str | None = None
    """The item of which it is a variant."""
    label: str | None = None
    """The one label that the dataset gives it."""
    stratum: str | None = None
    """What it was drawn from, where equally many were drawn from each."""
    level: float | None = None
    """Its place on a scale that it was written for."""


class Judgement(Row):
    """One annotator's judgement of one aspect of an item, as in the table `annotations`; blank ones are left out."""

    item_table: str
    """The kind of item: `items`, or `pairs` where a pair was judged."""
    item_id: str
    """Which one."""
    annotator_id: str | None
    """Who; a column of the file where each annotator has one."""
    aspect: str
    """What was judged."""
    label: str | None = None
    """The chosen option; null where a score was given."""
    score: float | None = None
    """The given score; null where an option was chosen."""
    sample: int | None = None
    """Number of the sample where an annotator was asked more than once."""
    superseded: bool | None = None
    """Whether the same annotator judges the same again in a later row: of repeated judgements the last one counts."""


class Votes(Row):
    """How many chose an option, where the dataset gives counts and not who they were; or what each was scored."""

    item_id: str
    """What was voted on."""
    option: str
    """The option."""
    votes: float | None
    """How many votes it has."""
    scored: bool | None = None
    """True where the number is a score rather than a count of votes."""


class Stated(Row):
    """A derived value that the dataset states and that must come out again."""

    item_id: str
    """What it is stated of; as in `votes` or `annotations`."""
    rule: str
    """How it is derived of `votes`: majority, argmax, argmin, max, min, sum, mean, count, controversial, unanimous or
    soft:<option>."""
    stated: str | None
    """The value that the dataset has."""


class Pair(Row):
    """Two responses to one prompt, and which is preferred."""

    pair_id: str
    """What identifies the pair."""
    prompt: str | None
    """What both respond to."""
    first: str | None
    """One response; the preferred one where the dataset says chosen and rejected."""
    second: str | None
    """The other."""
    preferred: Literal["first", "second", "tie"] | None
    """Which is preferred; null where no preference is recorded."""
    split: str | None = None
    """The split that it is in."""
    group_id: str | None = None
    """What it comes from with others: a dialogue, a prompt. One group belongs in one split."""
    first_score: float | None = None
    """The score behind the preference, of the first."""
    second_score: float | None = None
    """Of the second."""
    shown: bool | None = None
    """True where the first was shown first, false where it was shown second; null where the order is unknown."""
    annotator_id: str | None = None
    """Who preferred, where a pair is a row for each annotator."""
    first_model: str | None = None
    """The model that wrote the first."""
    second_model: str | None = None
    """The model that wrote the second."""
    first_id: str | None = None
    """Key of the first response, where responses are rows."""
    second_id: str | None = None
    """Key of the second."""
    objective: str | None = None
    """Under what it is preferred, where a pair may be preferred under several."""
    raters: int | None = None
    """How many judged both."""


class Choice(Row):
    """One option of a question with several."""

    item_id: str
    """The question."""
    position: int
    """Place of the option, from 0."""
    text: str | None
    """What the option says."""
    gold: bool | None
    """Whether it is a right answer; null where that is not known."""


class Mention(Row):
    """A value that a list names."""

    item_id: str
    """The item whose list it is."""
    side: str | None
    """The side of the item that the list belongs to, such as an action; null where there are no sides."""
    position: int
    """Place in the list, from 0."""
    value: str | None
    """The value as it is written."""


class Word(Row):
    """A value of a closed vocabulary."""

    value: str | None
    """The value as it is written."""


class Factor(Row):
    """The level of one factor in one cell of a design that should be complete."""

    item_id: str
    """The cell."""
    factor: str
    """The factor, such as gender."""
    level: str | None
    """Its level, such as female."""
    template_id: str | None = None
    """What all factors are crossed with: a scenario or a template."""
    text: str | None = None
    """The text of the cell, for designs whose cells differ in the factors alone."""
    bare: str | None = None
    """The text of the cell without its factors, the same for all cells of a template."""


class Distribution(Row):
    """The share of an option among a group of people."""

    item_id: str
    """The question."""
    group_id: str | None
    """The group, such as a country; null where there is one."""
    option: str
    """The option, or its place in the list."""
    share: float | None
    """Share of the group that chose it, 0 to 1."""


class Length(Row):
    """The length of one of several lists that go together, such as values and the reasons for them."""

    item_id: str
    """The row that has the lists."""
    bundle: str
    """What they are together."""
    list: str
    """Which of them."""
    length: int | None
    """How many members it has; null where it is missing."""


class Voice(Row):
    """A text that someone wrote in answer to an item: a person, a model, or a model that speaks for a persona."""

    item_id: str
    """What it answers."""
    annotator_id: str | None
    """Who wrote it."""
    text: str | None
    """What it says."""
    sample: int | None = None
    """Number of the sample where the same annotator was asked more than once."""


class Side(Row):
    """The case for one side of a question, such as what supports an action and what opposes it."""

    item_id: str
    """The question."""
    side: str
    """The side, named alike for all questions."""
    text: str | None
    """The case for it."""
    annotator_id: str | None = None
    """Who wrote it."""


VIEWS: dict[str, type[Row]] = {
    "items": Item,
    "annotations": Judgement,
    "votes": Votes,
    "stated": Stated,
    "pairs": Pair,
    "choices": Choice,
    "mentions": Mention,
    "vocabulary": Word,
    "factors": Factor,
    "distributions": Distribution,
    "lists": Length,
    "voices": Voice,
    "sides": Side,
}
"""View -> its columns. Beside them `annotators`: `annotator_id` and an attribute a column, whatever they are called."""


@dataclass(frozen=True)
class View:
    """A part of what a dataset is read as; several of one name are one view."""

    name: str
    """A view of this module, or `annotators`."""
    select: str
    """SELECT of its rows over the tables of the dataset, which are in the DuckDB schema `theirs`."""

    def __post_init__(self) -> None:
        if self.name not in VIEWS and self.name != "annotators":
            raise ValueError(f"no view of this name: {self.name}")
