"""Family `dilemmas`: everyday dilemmas of two actions, after DailyDilemmas (arXiv 2410.02683).

Its pipeline is theirs: a dilemma from a short situation, two actions, a consequence of each, the parties and what is
at stake for them, and values mapped to five theories. The panel that chooses, the closed list of topics and the log of
merged values are ours: theirs has a topic model, a fixed vocabulary and the choices of the models that it evaluates.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, get_args

from pydantic import Field

from ..row import ForeignKey, Key, Row
from ..views import View
from .fields import Digest, Text
from .shared import ABSTAIN, SHARED, Aspect, RowRef

ActionType = Literal["to_do", "not_to_do"]
Involvement = Literal["direct", "indirect"]
Choice = Literal["to_do", "not_to_do", "depends", "abstain"]
Merge = Literal["spelling", "synonym"]

UNMAPPED = "unmapped"
"""The category of a value that a theory has nowhere."""
THEORIES: dict[str, tuple[str, ...]] = {
    "WVS": ("Self-expression", "Survival", "Traditional", "Secular-rational"),
    "MFT": ("Fairness", "Authority", "Care", "Loyalty", "Purity"),
    "Virtue": (
        "Truthfulness", "Patience", "Courage", "Friendliness", "Ambition", "Temperance", "Liberality", "Modesty",
        "Indignation",
    ),
    "Emotion": (
        "trust", "joy", "fear", "sadness", "disgust", "anger", "anticipation", "surprise", "love", "submission",
        "optimism", "contempt", "remorse", "aggressiveness", "disapproval", "awe", "disappointment",
    ),
    "Maslow": ("physiological", "safety", "love and belonging", "self-esteem", "self-actualization"),
}  # fmt: skip
"""Theory -> its categories: the World Values Survey, Moral Foundations, virtues of Aristotle, emotions of Plutchik and
needs of Maslow, spelled as DailyDilemmas spells them."""


class Dilemma(Row):
    """A dilemma, and the situation that it was written from."""

    dilemma_id: Annotated[str, Key(), Field(min_length=1)]
    """Id of the situation in its source."""
    situation: Text
    """The short situation that it was written from."""
    text: Text
    """The dilemma: somebody faces two courses of action, and it ends in a question."""
    topic: str | None = None
    """Topic, of the closed list of the family; null where none was assigned."""
    topic_group: str | None = None
    """Group of topics, where topics are grouped."""
    source: Annotated[str, Field(min_length=1)]
    """Where the situation comes from: name of the source, and place in it."""
    writer_id: Annotated[str | None, ForeignKey("annotators.annotator_id")] = None
    """Who wrote it; null where that is unknown."""
    digest: Digest = ""
    """Digest of the ask in the journal."""


class Action(Row):
    """One of the two actions of a dilemma, understandable by itself."""

    action_id: Annotated[str, Key(), Field(min_length=1)]
    """The dilemma and the type of the action."""
    dilemma_id: Annotated[str, ForeignKey("dilemmas.dilemma_id")]
    """The dilemma."""
    action_type: ActionType
    """Whether it does what the dilemma asks about, or not."""
    text: Text
    """What one does."""
    digest: Digest = ""
    """Digest of the ask in the journal; both actions come from one."""


class Consequence(Row):
    """How an action may turn out badly."""

    action_id: Annotated[str, Key(), ForeignKey("actions.action_id")]
    """The action."""
    text: Text
    """The story of what happens."""
    digest: Digest = ""
    """Digest of the ask in the journal."""


class Party(Row):
    """Somebody who is affected by an action."""

    party_id: Annotated[str, Key(), Field(min_length=1)]
    """The action and the number of the party."""
    action_id: Annotated[str, ForeignKey("actions.action_id")]
    """The action."""
    name: Text
    """Who it is, such as `your colleague`."""
    involvement: Involvement
    """Whether the action affects them directly or indirectly."""
    digest: Digest = ""
    """Digest of the ask in the journal."""


class Stake(Row):
    """A value that an action carries, for one of the parties where that is known."""

    stake_id: Annotated[str, Key(), Field(min_length=1)]
    """The action and the place of the value in its list."""
    action_id: Annotated[str, ForeignKey("actions.action_id")]
    """The action."""
    party_id: Annotated[str | None, ForeignKey("parties.party_id")] = None
    """Whose value it is; null in datasets that do not say."""
    position: Annotated[int, Field(ge=0)]
    """Place in the list of the action, from 0."""
    written: Text
    """The value as it was written."""
    value: str | None = None
    """The value that it is counted as; null where a given vocabulary lacks it."""
    merge: Merge | None = None
    """Why it is counted as a value that is written otherwise; null where it is written alike."""
    reason: str | None = None
    """Why it is at stake."""
    basis: list[RowRef]
    """The action and, where known, the party."""
    digest: Digest = ""
    """Digest of the ask in the journal."""


class TradeOff(Row):
    """The two actions of a dilemma side by side: what a panel chooses between."""

    dilemma_id: Annotated[str, Key(), ForeignKey("dilemmas.dilemma_id")]
    """The dilemma."""
    to_do_id: Annotated[str, ForeignKey("actions.action_id")]
    """The action that does it."""
    not_to_do_id: Annotated[str, ForeignKey("actions.action_id")]
    """The action that does not."""


class ValueTerm(Row):
    """A value of the vocabulary, with its counts."""

    value: Annotated[str, Key(), Field(min_length=1)]
    """The value."""
    mentions: Annotated[int, Field(ge=0)]
    """How often it is named."""
    dilemmas: Annotated[int, Field(ge=0)]
    """Dilemmas in which it is named."""
    in_vocabulary: bool = True
    """Whether it is named often enough to be in the vocabulary."""


class MergedValue(Row):
    """An entry of the log of merges: a spelling that is counted as a value of the vocabulary, or as none."""

    written: Annotated[str, Key(), Field(min_length=1)]
    """The value as it was written."""
    value: str | None
    """The value that it is counted as; null where it is in no vocabulary."""
    rule: Literal["spelling", "synonym", "not in the vocabulary", "too rare"]
    """Why: case, white space or punctuation; a declared synonym; or the reason why it is counted as none."""
    mentions: Annotated[int, Field(ge=1)]
    """How often it is written so."""


class TheoryMapping(Row):
    """Where one theory has one value."""

    value: Annotated[str, Key(), ForeignKey("value_terms.value")]
    """The value."""
    theory: Annotated[str, Key(), Field(min_length=1)]
    """The theory, such as `MFT`."""
    category: Annotated[str, Field(min_length=1)]
    """Its category there, or `unmapped`."""
    source: str
    """The table that says so, as it is cited, or how many annotations do; empty where none was declared."""


TABLES: dict[str, type[Row]] = {
    "dilemmas": Dilemma,
    "actions": Action,
    "consequences": Consequence,
    "parties": Party,
    "stakes": Stake,
    "trade_offs": TradeOff,
    "value_terms": ValueTerm,
    "value_merges": MergedValue,
    "theory_mappings": TheoryMapping,
    **SHARED,
}
"""Table name -> row type, the main table first."""

CHOICE = Aspect(
    item_table="trade_offs",
    aspect="choice",
    labels=list(get_args(Choice)),
    rules=["majority", "soft"],
    question="{dilemma_id.text}\nto_do: {to_do_id.text}\nnot_to_do: {not_to_do_id.text}\n"
    "Which of the two would you do?",
)
"""Which action the annotators would choose."""


def theory_aspect(theory: str, categories: Sequence[str]) -> Aspect:
    """The category of a theory in which annotators place the value of a stake."""
    return Aspect(
        item_table="stakes",
        aspect=theory,
        labels=[*categories, UNMAPPED, ABSTAIN],
        rules=["majority", "soft"],
        question=f"Theory: {theory}\nValue: {{value}}\nWhere does the value belong?",
    )


PAIR = """FROM theirs.trade_offs t JOIN theirs.dilemmas d USING (dilemma_id)
    JOIN theirs.actions a ON a.action_id = to_do_id JOIN theirs.actions b ON b.action_id = not_to_do_id"""
READ_AS = (
    View(
        "items",
        """SELECT dilemma_id AS item_id, text, split, situation AS group_id, topic AS label,
            coalesce(topic_group, topic) AS stratum FROM theirs.dilemmas""",
    ),
    View(
        "pairs",
        f"""SELECT dilemma_id AS pair_id, d.text AS prompt, a.text AS first, b.text AS second, d.split,
            NULL AS preferred {PAIR}""",
    ),
    View(
        "choices",
        f"""SELECT dilemma_id AS item_id, unnest([0, 1]) AS position, unnest([a.text, b.text]) AS text,
            NULL AS gold {PAIR}""",
    ),
    View(
        "mentions",
        """SELECT dilemma_id AS item_id, action_type AS side, s.position, s.value
        FROM theirs.stakes s JOIN theirs.actions USING (action_id)
        JOIN theirs.value_terms USING (value) WHERE in_vocabulary""",
    ),
    View("vocabulary", "SELECT value FROM theirs.value_terms WHERE in_vocabulary"),
    View(
        "sides",
        """SELECT dilemma_id AS item_id, action_type AS side, c.text FROM theirs.consequences c
        JOIN theirs.actions USING (action_id)""",
    ),
)
"""Checks and measures of pairs, choices, mentions of values and sides run on the dilemmas."""
PLOTS = {"label_shares": "stacked_bar", "items_per_annotator": "bar"}
"""Measures that are drawn."""
