"""Whether a dataset is what its manifest and its report say, beyond the digests of its files."""

from __future__ import annotations

from ...schemas.errors import DataError
from ...schemas.projections import schema_hash
from ...schemas.report import Report
from ...schemas.run_layout import MANIFEST, REPORT
from ...validators.validate import validate_run
from .dataset import Dataset


def verify_run(dataset: Dataset) -> Dataset:
    """The dataset, if its shapes, its counts and its report are true. Raises `DataError`."""
    for table in dataset.tables:
        _shape(dataset, table)
        _counts(dataset, table)
    _report(dataset)
    return dataset


def _shape(dataset: Dataset, table: str) -> None:
    """The row type that we know is the one that the dataset was made with."""
    said, known = dataset.manifest.tables[table].schema_hash, schema_hash(dataset.types[table])
    if said != known:
        made = dataset.manifest.versions.get("pluriset", "another version")
        where, hint = f"{dataset.folder / MANIFEST}: tables.{table}", f"it was made with pluriset {made}"
        raise DataError("rows of another shape", where=where, got=said, expected=known, hint=hint)


def _counts(dataset: Dataset, table: str) -> None:
    """As many rows as the manifest says, in every shard and in all."""
    import pyarrow
    import pyarrow.parquet

    for shard in dataset.shards(table):
        path = dataset.folder / shard.path
        try:
            rows = pyarrow.parquet.read_metadata(path).num_rows
        except (pyarrow.ArrowException, OSError) as error:
            raise DataError("not a parquet file", where=str(path), got=str(error)) from None
        if rows != shard.rows:
            raise DataError("another number of rows", where=str(path), got=f"{rows:,}", expected=str(shard.rows))
    total = sum(shard.rows or 0 for shard in dataset.shards(table))
    if total != dataset.manifest.tables[table].rows:
        where = f"{dataset.folder / MANIFEST}: tables.{table}"
        raise DataError(
            "the shards do not add up", where=where, got=dataset.manifest.tables[table].rows, expected=str(total)
        )


def _report(dataset: Dataset) -> None:
    """Every check of the report that we have finds what it found when the run was built."""
    now, then = _found(validate_run(dataset.folder)), _found(dataset.report)
    for check in now.keys() & then.keys():
        if now[check] != then[check]:
            raise DataError(
                f"the check {check[0]} finds something else than the report says",
                where=f"{dataset.folder / REPORT}: {check[1]}",
                got=f"{now[check]:,} rows",
                expected=f"{then[check]:,} rows",
            )


def _found(report: Report) -> dict[tuple[str, str], int]:
    """Check and table -> rows that fail."""
    return {(finding.check, finding.table): finding.count for finding in report.findings}
