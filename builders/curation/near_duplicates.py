"""Rows that say nearly the same as another row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import AfterValidator, Field, PositiveInt

from ...validators.stats.near_duplicates import WORDS, similar_pairs
from ...validators.tables.sql import Tables, query, quote_identifier
from . import Outcome, Step
from ._pages import Removal, key, pages, removals, told_by_one_column


class NearDuplicates(Step):
    """Removes rows whose text nearly repeats that of a row that is kept.

    Similarity is Jaccard over word n-grams, found and verified exactly. The row with the higher `prefer`, else the
    earlier one, is kept, and a removed row removes no other. That the rarest grams decide what is compared is a matter
    of speed alone.
    """

    table: Annotated[str, AfterValidator(told_by_one_column)] | None = None
    """The table; default: the main table."""
    column: str = "text"
    """Column whose normalised texts are compared; rows without a text are kept."""
    min_similarity: Annotated[float, Field(gt=0, le=1)] = 0.7
    """Jaccard similarity from which texts are nearly the same; the default is ours."""
    words: PositiveInt = WORDS
    """Words of an n-gram."""
    prefer: str | None = None
    """Numeric column, such as a score: of two rows the one with more is kept."""
    within: str | None = None
    """Column that must be equal for two rows to be compared, such as a language."""

    def needs(self, main: str) -> Mapping[str, Iterable[str]]:
        """What is compared."""
        return {self.table or main: [column for column in (self.column, self.prefer, self.within) if column]}

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """The preferred row of each group of similar ones is kept, and named in the records of the others."""
        chosen = self.table or next(iter(tables))
        rows = tables[chosen]
        text = f"CAST({quote_identifier(self.column)} AS VARCHAR)"
        order = f"{quote_identifier(self.prefer)} DESC NULLS LAST, _seq" if self.prefer else "_seq"
        part = f"CAST({quote_identifier(self.within)} AS VARCHAR)" if self.within else "NULL"
        texts = query(
            rows,
            f"""SELECT row_number() OVER (ORDER BY {order}) AS rank, CAST({key(rows)} AS VARCHAR) AS key,
            {text} AS text, norm({text}) AS normalised, {part} AS part FROM rows WHERE {text} IS NOT NULL""",
        )
        pairs = similar_pairs(texts.select("rank, normalised AS text"), self.min_similarity, self.words).set_alias("p")
        named = pairs.join(texts.set_alias("a"), "p.one = a.rank").join(texts.set_alias("b"), "p.other = b.rank")
        same = "a.part IS NOT DISTINCT FROM b.part"
        found = named.filter(same).select("b.rank, a.key AS kept_key, b.key, b.text, p.similarity, a.rank AS kept_rank")
        return Outcome(removed={chosen: removals(tables[chosen], self._removed(found))})

    def _removed(self, pairs: DuckDBPyRelation) -> Iterator[Removal]:
        removed: set[int] = set()
        for page in pages(pairs, "rank, similarity DESC, kept_rank"):
            for rank, kept_key, own, text, similarity, kept_rank in page:
                if rank not in removed and kept_rank not in removed:
                    removed.add(rank)
                    shared = (
                        f"{similarity:.2f} of their word {self.words}-grams, at least {self.min_similarity:g}: {text}"
                    )
                    yield Removal(own, "nearly the same text as a kept row", shared, kept_key)
