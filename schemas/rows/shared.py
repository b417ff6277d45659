"""The tables that every family has, so that disagreement is data: who judged what, which labels they gave, and what
named rules make of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ..field_docs import Documented
from ..row import ForeignKey, ItemKey, Key, Row

Rule = Literal["majority", "mean", "soft"]
"""The named rules by which a single label or score may be made of many annotations."""
ABSTAIN = "abstain"
"""The label of an annotator who does not judge: left out of every share, vote and agreement, and counted apart."""


class Attributes(Documented):
    """What is declared of a person or a persona; all of it optional, none of it guessed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: str | None = None
    """Country, as declared."""
    language: str | None = None
    """First language, as declared."""
    age_band: str | None = None
    """Age band, such as 25-34."""
    gender: str | None = None
    """Gender, as declared."""
    religion: str | None = None
    """Religion or world view, as declared."""
    education: str | None = None
    """Highest education, as declared."""
    occupation: str | None = None
    """Occupation, as declared."""
    politics: str | None = None
    """Political position, as declared."""
    description: str | None = None
    """Anything else that was declared, in free text."""


class Annotator(Attributes, Row):
    """Who wrote or judged: a person, a model, or a model asked to answer as a persona."""

    annotator_id: Annotated[str, Key(), Field(min_length=1)]
    """Pseudonymous id, unique in the dataset."""
    kind: Literal["human", "model", "persona"]
    """What the annotator is."""
    teacher: str | None = None
    """The kind of teacher that answers for a model or persona."""
    model: str | None = None
    """Model name; null for a human."""
    revision: str | None = None
    """Exact revision of the model: a commit, a digest of its file, or what was declared; null where unknown."""


class Annotation(Row):
    """One judgement of one annotator on one aspect of one item; never averaged away."""

    item_table: Annotated[str, Key(), Field(min_length=1)]
    """Table of the judged item."""
    item_id: Annotated[str, Key(), ItemKey("item_table"), Field(min_length=1)]
    """Key of the judged item in that table."""
    annotator_id: Annotated[str, Key(), ForeignKey("annotators.annotator_id")]
    """Who judged."""
    aspect: Annotated[str, Key(), Field(min_length=1)]
    """What was judged, such as relevance or valence."""
    sample: Annotated[int, Key(), Field(ge=0)] = 0
    """Number of the sample where an annotator was asked more than once."""
    label: str | None = None
    """The chosen option; may be abstain, either, tie, incomparable or depends. Null where a score was given."""
    score: float | None = None
    """The given score; null where a label was chosen."""
    rationale: str | None = None
    """The reason that the annotator gave, if asked for one."""
    options: list[str]
    """The options in the order in which this annotator saw them."""
    digest: Annotated[str, Field(pattern="^([0-9a-f]{32})?$")] = ""
    """Digest of the ask in the journal, of several the last; empty for a judgement that was not asked by us."""


class Share(Documented):
    """One label and its share of the annotators who did not abstain."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    """The label."""
    share: Annotated[float, Field(ge=0, le=1)]
    """Its share, 0 to 1."""


class Aggregate(Row):
    """What a named rule makes of the annotations of one item; recomputable from them."""

    item_table: Annotated[str, Key(), Field(min_length=1)]
    """Table of the item."""
    item_id: Annotated[str, Key(), ItemKey("item_table"), Field(min_length=1)]
    """Key of the item in that table."""
    aspect: Annotated[str, Key(), Field(min_length=1)]
    """What was judged."""
    rule: Annotated[Rule, Key()]
    """How the annotations were joined; definitions in `validators/stats/aggregates.py`."""
    label: str | None = None
    """Result of `majority`; null where two labels tie."""
    score: float | None = None
    """Result of `mean`: mean score, or share of yes among yes and no, 0 to 1."""
    distribution: list[Share]
    """Result of `soft`: share of each label, most frequent first; empty for the other rules."""
    n: Annotated[int, Field(ge=0)]
    """Annotators who judged and did not abstain."""
    abstained: Annotated[int, Field(ge=0)]
    """Annotators who abstained."""


class Aspect(Row):
    """What annotators judge of the rows of a table: with closed labels, or on a scale."""

    item_table: Annotated[str, Key(), Field(min_length=1)]
    """Table of the items."""
    aspect: Annotated[str, Key(), Field(min_length=1)]
    """Name of the aspect, as in `annotations`."""
    labels: list[str] = []
    """The labels to choose from, `abstain` among them where an annotator may abstain; empty for a scale."""
    low: float | None = None
    """Lowest score of a scale; null where it has no lower end, and for labels."""
    high: float | None = None
    """Highest score of a scale; null where it has no upper end, and for labels."""
    rules: list[Rule] = []
    """How annotations are aggregated."""
    question: str | None = None
    """What a benchmark asks: text with columns of the item in braces, `{column}`, or `{key.column}` for one of the row
    that its foreign key `key` points to. Null where the aspect makes no benchmark."""

    def choices(self) -> list[str]:
        """The labels that are an answer: all but `abstain`."""
        return [label for label in self.labels if label != ABSTAIN]


class RowRef(Documented):
    """A row, by its table and key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    """Its table."""
    key: str
    """Its key; a JSON list where the key has several parts."""


BASIS = "basis"
"""The column, a list of `RowRef`, in which a row names the rows that it rests on; optional in every table."""

SHARED: dict[str, type[Row]] = {
    "annotators": Annotator,
    "annotations": Annotation,
    "aggregates": Aggregate,
    "aspects": Aspect,
}
"""Table name -> row type of the tables that every family has."""
