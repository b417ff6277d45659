"""A dataset on the Hub, read by ranges as needed and never stored on disk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...schemas import bounds
from ...schemas.manifest import File
from ...schemas.projections import arrow_schema
from ...schemas.report import Report
from ...schemas.run_layout import REPORT
from ..facts.manifest_facts import splits_with_rows
from ..hub.client import Hub
from ..hub.target import TargetState
from .dataset import Dataset, parse_report

if TYPE_CHECKING:
    from polars import LazyFrame
    from pyarrow.dataset import Dataset as ArrowDataset


@dataclass(frozen=True, repr=False)
class Stream(Dataset):
    """The same tables and views; `datasets` returns an iterable dataset."""

    hub: Hub
    state: TargetState

    def datasets(self, table: str) -> Any:
        """An `IterableDatasetDict` of the splits that have rows."""
        import datasets

        self.shards(table)
        features = datasets.Features.from_arrow_schema(arrow_schema(self.types[table]))
        files = {
            split: [f"hf://{path}" for path in self._urls(table, split)]
            for split in splits_with_rows(self.manifest, table)
        }
        loaded = datasets.load_dataset("parquet", data_files=files, features=features, streaming=True) if files else {}
        return datasets.IterableDatasetDict(loaded)

    @cached_property
    def report(self) -> Report:
        """The report that was written when the run was built."""
        raw = self.hub.read(REPORT, self.state, bounds.current().metadata_bytes)
        return parse_report(raw, f"{self.hub.name}: {REPORT}")

    def _scan(self, table: str, split: str) -> LazyFrame:
        import polars

        return polars.scan_pyarrow_dataset(self._arrow_dataset(table, split))

    def _relation(self, connection: DuckDBPyConnection, table: str, split: str) -> DuckDBPyRelation:
        return connection.from_arrow(self._arrow_dataset(table, split))

    def _urls(self, table: str, split: str) -> list[str]:
        return [self.hub.path(shard.path, self.state) for shard in self.shards(table, split)]

    def _arrow_dataset(self, table: str, split: str) -> ArrowDataset:
        import pyarrow.dataset

        paths = self._urls(table, split)
        schema = arrow_schema(self.types[table])
        return pyarrow.dataset.dataset(paths, schema=schema, format="parquet", filesystem=self.hub.files)

    def _source(self, shard: File) -> Any:
        return self.hub.files.open(self.hub.path(shard.path, self.state))
