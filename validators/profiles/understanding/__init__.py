"""What a table is taken to be: roles of its columns by content and by name, each with its evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..column_facts import Facts
from ..column_roles import COLUMN_NAMES, role_name
from ..nested_judgements import NestedColumn
from ..structure import Dependency, Factorial, is_relation

SERIES = re.compile(r"(.+?)_?(\d+)(?:_\d+)?")
"""Name of a column in a numbered series."""
STEM = "^(.+?):"
"""The beginning of an id that names its group."""
TEXT_NAMES = frozenset(COLUMN_NAMES["text"].split())
"""Names of columns with the text of an item."""
JUDGED_KINDS = ("category", "scale", "flag", "count", "number", "share")
"""Kinds of columns that can hold a judgement."""


@dataclass
class Understanding:
    """One table, and what its columns were taken for."""

    table: str
    facts: Mapping[str, Facts]
    roles: dict[str, str]
    """Column -> role."""
    evidence: dict[str, str] = field(default_factory=dict)
    """Column -> why it has its role."""
    confidence: dict[str, float] = field(default_factory=dict)
    """Column -> how sure that is, from 0 to 1; 1 for what is mapped."""
    rows_of_text: bool = False
    """Whether rows are relations of a text with several members, so that the text is the item."""
    members: list[str] = field(default_factory=list)
    """The members of such relations."""
    lists: list[str] = field(default_factory=list)
    """Columns with lists of members of a vocabulary."""
    attributes: list[str] = field(default_factory=list)
    """Attributes of the annotators."""
    changing: dict[str, Dependency] = field(default_factory=dict)
    """Attributes of which some annotators have several values."""
    judged: list[str] = field(default_factory=list)
    """Columns with a judgement each, beside or instead of a label and score."""
    wide: list[str] = field(default_factory=list)
    """Columns that are an item each, where a row is a person."""
    wide_aspect: str = "answer"
    votes: list[str] = field(default_factory=list)
    """Columns that count the votes for an option each."""
    total: str | None = None
    """Column with the sum of the votes."""
    nested: list[NestedColumn] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Columns that look like judgements and cannot be read."""
    stated: dict[str, str] = field(default_factory=dict)
    """Column -> rule by which its value is derived from the votes, as in `schemas.views.Stated`."""
    vote_list: str | None = None
    """Column with a list of votes, in the order of the options."""
    factorial: Factorial | None = None
    sides: Factorial | None = None
    """A group and the column that names the side in it, where a row is one side of a question."""
    distribution_group: str | None = None
    stems: str | None = None
    """Column of ids that begin with the id of a group, as in `dialogue:turn`."""

    @property
    def asked_of_groups(self) -> bool:
        """Whether a row is how one group answers a question, so that the question recurs for each group."""
        question, key = self.column("text") or self.column("prompt"), self.column("item_id")
        recurs = question is not None and is_relation(self.facts[question])
        return bool(self.distribution_group and recurs and not (key and self.facts[key].is_key))

    def column(self, role: str) -> str | None:
        """The column that has a role."""
        return next((column for column, one in self.roles.items() if role_name(one) == role), None)

    def all_roles(self) -> dict[str, str]:
        """Column -> role, with what structure gives beside the roles that can be mapped."""
        template = self.sides.template if self.sides else None
        found = {c: role for c, role in self.roles.items() if not template or role != "item_id" or c == template}
        groups = {
            "judgements": [nested.column for nested in self.nested],
            "annotators": [nested.annotators for nested in self.nested if nested.annotators],
            "judgement": [*self.judged, *self.wide],
            "attribute": self.attributes,
            "votes": [*self.votes, *([self.vote_list] if self.vote_list else [])],
            "total": [self.total] if self.total else [],
            "member": self.members,
            "members": self.lists,
            "factor": [*self.factorial.factors] if self.factorial else [],
            "side": [*self.sides.factors] if self.sides else [],
            "item_id": [template] if template else [],
            "derived": [*self.stated],
        }
        for role, columns in groups.items():
            for column in columns:
                found.setdefault(column, role)
        return found

    def give(self, column: str, role: str, evidence: str, confidence: float) -> None:
        """Give a column a role."""
        self.roles[column], self.evidence[column], self.confidence[column] = role, evidence, confidence

    def name_evidence(self, column: str) -> str:
        """Evidence for a role that a column has by its name and kind."""
        kind = self.facts[column].kind
        return f"its name, and {'an' if kind[0] in 'aeiou' else 'a'} {kind}"

    def of_kind(self, *kinds: str) -> list[str]:
        """Columns of these kinds that have no role."""
        return [c for c, known in self.facts.items() if known.kind in kinds and c not in self.roles]
