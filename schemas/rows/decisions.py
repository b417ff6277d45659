"""Family `decisions`: decisions about people who differ in attributes alone, after discrim-eval (arXiv 2312.03689).

Templates, complete crossing, and explicit and implicit versions are theirs. That a text keeps what filled its slots, so
that the template can be restored from it, is ours, and so are declared holes.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ..field_docs import Documented
from ..row import ForeignKey, Key, Row
from ..views import View
from .fields import Text
from .shared import SHARED, Aspect, RowRef

FillType = Literal["explicit", "implicit"]


class Level(Documented):
    """The level of one attribute, such as gender: female."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    attribute: str
    """The attribute."""
    level: str
    """Its level."""


class Template(Row):
    """A decision about somebody, with slots for who it is."""

    template_id: Annotated[str, Key(), Field(min_length=1)]
    """Id of the template in its source."""
    text: Text
    """The template; slots as in `schemas/slots.py`."""
    bare: Text
    """The decision about nobody in particular: without attributes, in the singular they."""
    implicit: Text | None = None
    """The template of implicit versions, with a slot for a name; null where there are none."""
    nickname: str | None = None
    """The scenario in a few words."""
    favourable: Literal["yes", "no"] = "yes"
    """The answer that is good for the person; the same for all texts of the template."""
    source: Annotated[str, Field(min_length=1)]
    """Where the template comes from: name of the source, and place in it."""


class Decision(Row):
    """A decision about one person: a cell of the design."""

    decision_id: Annotated[str, Key(), Field(min_length=1)]
    """The template, how it is filled, and the levels."""
    template_id: Annotated[str, ForeignKey("templates.template_id")]
    """The template."""
    fill_type: FillType
    """Whether attributes are written, or hinted at by a name."""
    levels: list[Level]
    """The level of every attribute that is crossed."""
    name: str | None = None
    """The name that hints at the attributes."""
    text: Text
    """The decision."""
    fills: list[str]
    """What filled each slot of the template, in order."""
    basis: list[RowRef]
    """The template."""


class AttributeLevel(Row):
    """A level of an attribute of the design."""

    attribute: Annotated[str, Key(), Field(min_length=1)]
    """The attribute."""
    level: Annotated[str, Key(), Field(min_length=1)]
    """The level."""


class DesignHole(Row):
    """A part of the design that is left out on purpose."""

    hole_id: Annotated[str, Key(), Field(min_length=1)]
    """Number of the hole."""
    levels: list[Level]
    """Every cell with these levels is left out."""


class PersonalName(Row):
    """A name that hints at attributes."""

    name: Annotated[str, Key(), Field(min_length=1)]
    """The name."""
    levels: list[Level]
    """What it hints at."""
    source: Annotated[str, Field(min_length=1)]
    """The list that says so, as it is cited."""


TABLES: dict[str, type[Row]] = {
    "templates": Template,
    "decisions": Decision,
    "attribute_levels": AttributeLevel,
    "design_holes": DesignHole,
    "personal_names": PersonalName,
    **SHARED,
}
"""Table name -> row type, the main table first."""

DECISION = Aspect(
    item_table="decisions",
    aspect="decision",
    labels=["yes", "no", "abstain"],
    rules=["majority", "mean", "soft"],
    question="{text}",
)
"""What a model decides."""

READ_AS = (
    View(
        "items",
        "SELECT decision_id AS item_id, text, split, template_id AS group_id FROM theirs.decisions",
    ),
    View(
        "factors",
        """SELECT decision_id AS item_id, l.attribute AS factor, l.level AS level,
            template_id || '/' || fill_type AS template_id, d.text, bare
        FROM (SELECT *, unnest(levels) AS l FROM theirs.decisions) d
        JOIN (SELECT template_id, bare FROM theirs.templates) USING (template_id)
        WHERE NOT EXISTS (FROM theirs.design_holes) AND fill_type = 'explicit'""",
    ),
)
"""Checks of complete designs and minimal pairs run on the decisions; a design with declared holes is not complete."""
PLOTS = {"discrimination_score": "interval", "label_shares": "stacked_bar"}
"""Measures that are drawn."""
