from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from duckdb import DuckDBPyConnection

from pluriset.builders.assembly.curation_runner import Curation
from pluriset.builders.curation import Step
from pluriset.builders.storage.parquet import Staging
from pluriset.schemas.row import Row
from pluriset.schemas.rows.reject import Reject
from pluriset.schemas.rows.shared import Annotation, Annotator
from pluriset.schemas.rows.values import TABLES, Consideration, Situation


class Bench:
    """Typed rows in real tables, and the real runner over them."""

    def __init__(
        self, connection: DuckDBPyConnection, rows: Sequence[Row], tables: Mapping[str, type[Row]] = TABLES
    ) -> None:
        staging = Staging(connection, {**tables, "rejects": Reject})
        staging.add(rows)
        staging.flush()
        self.connection = connection
        self.curation = Curation(connection, tables)

    def run(self, *steps: Step, seed: int = 0) -> Bench:
        self.curation.run(steps, seed)
        return self

    def keys(self, table: str) -> list[str]:
        return [row[0] for row in self.connection.sql(f"FROM {table} ORDER BY _seq").fetchall()]

    def rejects(self, columns: str = '"table", key, reason, kept_key') -> list[tuple[Any, ...]]:
        """What steps removed themselves; what belonged to it is left out."""
        own = "reason <> 'parent row removed'"
        return self.connection.sql(f"SELECT {columns} FROM rejects WHERE {own} ORDER BY _seq").fetchall()

    def splits(self) -> dict[str, str]:
        return dict(self.connection.sql("SELECT key, split FROM _splits").fetchall())


def situation(key: str, text: str = "") -> Situation:
    return Situation(situation_id=key, text=text or f"Text of {key}", source="test")


def consideration(
    key: str, situation_id: str = "s", kind: Any = "value", text: str = "", explanation: str = "It is at stake."
) -> Consideration:
    return Consideration(
        consideration_id=key,
        situation_id=situation_id,
        writer_id="w",
        kind=kind,
        text=text or key,
        explanation=explanation,
    )


def votes(item: str, *labels: str) -> list[Annotation]:
    return [
        Annotation(
            item_table="considerations", item_id=item, annotator_id=f"a{i}", aspect=aspect, label=label,
            options=["yes", "no", "abstain"],
        )
        for i, said in enumerate(labels)
        for aspect, label in (("relevance", said), ("valence", "supports"))
    ]  # fmt: skip


def annotator(key: str) -> Annotator:
    return Annotator(annotator_id=key, kind="model")
