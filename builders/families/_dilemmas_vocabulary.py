"""The values that dilemmas are counted by, and where theories have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from ...schemas.rows.dilemmas import UNMAPPED, Merge
from ...validators.tables.normalise import norm
from ...validators.tables.sql import quote_literal


class Vocabulary(BaseModel):
    """The values that dilemmas are counted by: built from what is written, given, or closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: tuple[str, ...] = ()
    """A given vocabulary: values outside it are kept as written and counted as none. Empty: all values are counted."""
    closed: bool = False
    """Whether the writer must choose from `values`; the teacher decodes under them."""
    synonyms: dict[str, str] = {}
    """Value as it is written -> value that it is counted as; every use is in the table `value_merges`."""
    min_mentions: PositiveInt = 1
    """Mentions below which a value is not in the vocabulary."""

    @model_validator(mode="after")
    def _close_what_is_given(self) -> Self:
        if self.closed and not self.values:
            raise ValueError("`closed` needs `values` to choose from")
        return self

    def value_of(self, written: str) -> tuple[str | None, Merge | None]:
        """The value that a text is counted as, and why where it is written otherwise."""
        synonyms = {norm(other): value for other, value in self.synonyms.items()}
        given = {norm(value): value for value in self.values}
        value = synonyms.get(norm(written), norm(written))
        value = given.get(norm(value), None if given else value) or ""
        if not value:
            return None, None
        if norm(written) in synonyms:
            return value, "synonym"
        return value, None if value == written else "spelling"


class TheoryTable(BaseModel):
    """Where theories have the values, from a table that can be cited."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, Field(min_length=1)]
    """How the table is cited."""
    categories: dict[str, dict[str, str]]
    """Theory -> value -> its category; a value that is missing is unmapped."""


def derived_tables(vocabulary: Vocabulary, theories: TheoryTable | None, asked: Sequence[str] = ()) -> dict[str, str]:
    """The SELECTs of the vocabulary with its counts, the log of merges, and where theories have the values.

    In a theory that was `asked` about, a value has the category that most annotations give it.
    """
    table = theories or TheoryTable(source="none", categories={})
    declared = [
        f"({', '.join(map(quote_literal, (norm(value), theory, category)))})"
        for theory, values in table.categories.items()
        for value, category in values.items()
    ]
    names = ", ".join(f"({quote_literal(theory)})" for theory in table.categories)
    mappings = MAPPINGS.format(
        declared=f"VALUES {', '.join(declared)}" if declared else "SELECT '', '', '' WHERE false",
        theories=f"VALUES {names}" if names else "SELECT '' WHERE false",
        source=quote_literal(table.source),
        unmapped=quote_literal(UNMAPPED),
    )
    if asked:
        votes = ASKED.format(theories=", ".join(map(quote_literal, asked)), unmapped=quote_literal(UNMAPPED))
        mappings = f"FROM ({mappings}) UNION ALL FROM ({votes}) ORDER BY value, theory"
    terms = TERMS.format(least=vocabulary.min_mentions)
    return {"value_terms": terms, "value_merges": MERGES, "theory_mappings": mappings}


TERMS = """
SELECT value, count(*) AS mentions, count(DISTINCT dilemma_id) AS dilemmas, count(*) >= {least} AS in_vocabulary
FROM stakes JOIN actions USING (action_id) WHERE value IS NOT NULL
GROUP BY value ORDER BY mentions DESC, value
"""

MERGES = """
SELECT written, value, CASE WHEN value IS NULL THEN 'not in the vocabulary' WHEN NOT in_vocabulary THEN 'too rare'
    ELSE coalesce(merge, 'spelling') END AS rule, count(*) AS mentions
FROM stakes LEFT JOIN value_terms USING (value) WHERE value IS NULL OR merge IS NOT NULL OR NOT in_vocabulary
GROUP BY ALL ORDER BY mentions DESC, written
"""

MAPPINGS = """
SELECT v.value, t.theory, coalesce(d.category, {unmapped}) AS category, {source} AS source
FROM value_terms v CROSS JOIN ({theories}) t(theory)
LEFT JOIN ({declared}) d(value, theory, category) ON d.value = norm(v.value) AND d.theory = t.theory
WHERE v.in_vocabulary ORDER BY v.value, t.theory
"""

ASKED = """
WITH votes AS (
    SELECT s.value, a.aspect AS theory, a.label AS category, count(*) AS votes
    FROM annotations a JOIN stakes s ON a.item_table = 'stakes' AND a.item_id = s.stake_id
    WHERE a.aspect IN ({theories}) AND a.label <> 'abstain' GROUP BY ALL)
SELECT v.value, t.theory, coalesce(arg_max(category, (votes, category)), {unmapped}) AS category,
    coalesce(max(votes) || ' of ' || sum(votes)::BIGINT || ' annotations', 'no annotation') AS source
FROM value_terms v CROSS JOIN (SELECT unnest([{theories}]) AS theory) t LEFT JOIN votes USING (value, theory)
WHERE v.in_vocabulary GROUP BY v.value, t.theory
"""
