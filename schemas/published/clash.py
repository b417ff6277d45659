"""CLASH: https://huggingface.co/datasets/launch/CLASH."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field, create_model

from ..clash_sql import CHARACTERS, SPLITS, into_ours, into_theirs
from ..published_dataset import Config, Known, Licence, PublishedDataset, Rule, Translation, View
from ..row import Key, Row


class Dilemma(Row):
    """A high-stakes dilemma; its eleven columns of characters are perspectives on it."""

    id: Annotated[str, Key()]
    """Number and source."""
    title: str | None
    """Title."""
    topic: str
    """Field that it is from."""
    source: str
    """Collection that it is from."""
    situation: str
    """The situation, long."""
    action: str
    """What could be done."""
    acceptable: str
    """Why it would be acceptable."""
    unacceptable: str
    """Why it would not."""


def _with_characters() -> type[Row]:
    """A case with a column for each type of character, whose names are no identifiers."""
    columns: dict[str, Any] = {
        name: (Annotated[str | None, Known("recalled"), Field(description=f"A character of the type {type_id}.")], None)
        for type_id, name in CHARACTERS.items()
    }
    case: type[Row] = create_model("Case", __base__=Dilemma, **columns)
    return case


Case = _with_characters()
SOURCES = ("ama", "scub", "john", "medeng", "scug")


class Clash(PublishedDataset):
    """Long dilemmas with characters who differ in what they value."""

    title = "CLASH"
    family = "perspectives"
    configs: ClassVar = {"CLASH": Config(Case, only_split="test")}
    file_format: ClassVar = "csv"
    splits: ClassVar = SPLITS
    licence = Licence(
        name="MIT",
        url="https://huggingface.co/datasets/launch/CLASH",
        parts={"situation": "the text is from collections of others, whose rights the tag does not settle"},
    )
    citation = """\
@misc{clash,
  title = {CLASH},
  howpublished = {https://huggingface.co/datasets/launch/CLASH}
}"""
    evidence = (
        "The paper and public loaders. Of the eleven columns of characters the names of straightforward and shift are "
        "not known; those here are ours."
    )
    notes = (
        "A row is a case with its eleven characters in the third person; a type that the run left out is empty. The "
        "answer follows from the name of the column: the run has it, and the judgements of the panel, in rows.",
        "`topic` is `unassigned` and `title` the start of the dilemma: a run has neither.",
    )
    rules: ClassVar = {
        "two_rationales": Rule(
            "The rationales for and against differ",
            "have|has the same rationale for and against",
            "SELECT id, acceptable AS problem FROM theirs.CLASH WHERE norm(acceptable) = norm(unacceptable)",
        ),
        "source_in_id": Rule(
            "The id ends with the source",
            "have|has an id that does not end with the source",
            """SELECT id, 'source ' || source AS problem FROM theirs.CLASH WHERE NOT ends_with(id, source)
                AND (SELECT avg(ends_with(id, source)::INT) FROM theirs.CLASH) > 0.5""",
            severity="warning",
        ),
        "known_source": Rule(
            "The source is one of the five collections of CLASH, if most are",
            "have|has an unknown source",
            f"""SELECT id, source AS problem FROM theirs.CLASH WHERE source NOT IN {SOURCES}
                AND (SELECT avg((source IN {SOURCES})::INT) FROM theirs.CLASH) > 0.5""",
            severity="warning",
        ),
        "action_style": Rule(
            "An action begins with a verb in -ing and has fewer than ten words",
            "have|has an action without a verb in -ing or with ten words or more",
            r"""SELECT id, action AS problem FROM theirs.CLASH
            WHERE NOT regexp_matches(action, '^\S+ing\b') OR len(string_split_regex(trim(action), '\s+')) >= 10""",
            severity="info",
        ),
        "rationale_length": Rule(
            "A rationale has two to ten words",
            "have|has fewer than two or more than ten words",
            r"""SELECT id, rationale AS problem
            FROM (SELECT id, unnest([acceptable, unacceptable]) AS rationale FROM theirs.CLASH)
            WHERE len(string_split_regex(trim(rationale), '\s+')) NOT BETWEEN 2 AND 10""",
            severity="info",
            unit="rationales",
        ),
    }
    views: ClassVar = (
        View("items", "SELECT id AS item_id, situation AS text, split, topic AS label FROM theirs.CLASH"),
    )

    def from_tables(self) -> Translation:
        """A row for each case: the wide form of the perspectives."""
        return into_theirs()

    def to_tables(self) -> Translation:
        """A perspective for each character of a case, with the answer that the column implies."""
        return into_ours()
