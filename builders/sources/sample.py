"""Seeds that come with pluriset, so that the first command needs no file.

Situations of everyday life, contested prompts in nine languages, questions of culture, items of a survey, templates of
decisions, statements that may be common sense, questions about everyday life in a region, templates of problems,
prompts about a person of one identity, texts about a person, utterances that may be nonsense and statements that are
true or false; all of them written for pluriset.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator
from pydantic_core import from_json

from . import Seed, Source

Domain = Literal[
    "ageing", "arts", "community", "education", "environment", "family", "friendship",
    "health", "law", "migration", "money", "religion", "technology", "work",
]  # fmt: skip

TEXTS = {
    "situations": "situation",
    "prompts": "prompt",
    "questions": "question",
    "survey": "question",
    "decisions": "decision",
    "problems": "problem",
    "statements": "statement",
    "everyday": "question",
    "identities": "prompt",
    "bios": "bio",
    "utterances": "utterance",
    "facts": "statement",
}
"""Set -> the field of its records that holds the text."""


class Sample(Source):
    """Situations, prompts, questions and survey items written for pluriset."""

    set: Literal[
        "situations", "prompts", "questions", "survey", "decisions", "statements", "everyday", "problems", "identities",
        "bios", "utterances", "facts",
    ] = "situations"  # fmt: skip
    """Everyday situations, contested prompts, questions of culture, items of a survey, templates of decisions,
    statements that may be common sense, questions about everyday life in a region, templates of problems, prompts about
    a person of one identity, texts about a person, utterances that may be nonsense with a meaning, or statements that
    are true or false."""
    domain: Domain | None = None
    """Only situations of this domain; default: all of them, mixed."""
    language: str | None = None
    """Only texts in this language, such as `en`; default: all of them, mixed."""

    @model_validator(mode="after")
    def _domain_of_situations(self) -> Self:
        if self.domain and self.set != "situations":
            raise ValueError("`domain` chooses among the situations; leave it out for another `set`")
        return self

    def seeds(self, base: Path) -> Iterator[Seed]:
        """The texts in their order, each with the other fields of its record; `base` does not matter."""
        for line in files(__package__).joinpath(f"samples/{self.set}.jsonl").read_bytes().splitlines():
            record = from_json(line)
            if self.domain in (None, record.get("domain")) and self.language in (None, record["language"]):
                id_, text = record.pop("id"), record.pop(TEXTS[self.set])
                yield Seed(id_, text, "sample", record)
