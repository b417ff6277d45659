"""Verification beyond the digests of files: schemas, row counts, and the checks of the report."""

from __future__ import annotations

from ...schemas.errors import DataError
from ...schemas.projections import schema_hash
from ...schemas.report import Report
from ...schemas.run_layout import MANIFEST, REPORT
from ...validators.validate import validate_run
from .dataset import Dataset


def verify_run(dataset: Dataset) -> Dataset:
    """The dataset, if its schemas, row counts and report hold. Raises `DataError`."""
    for table in dataset.tables:
        got, expected = dataset.manifest.tables[table].schema_hash, schema_hash(dataset.types[table])
        if got != expected:
            version = dataset.manifest.versions.get("pluriset", "another version")
            where, hint = f"{dataset.folder / MANIFEST}: tables.{table}", f"it was built with pluriset {version}"
            raise DataError(
                "table schema differs from the one we know", where=where, got=got, expected=expected, hint=hint
            )
        _check_row_counts(dataset, table)
    _check_report(dataset)
    return dataset


def _check_row_counts(dataset: Dataset, table: str) -> None:
    """Every shard, and the table, has the number of rows that the manifest gives."""
    import pyarrow
    import pyarrow.parquet

    for shard in dataset.shards(table):
        path = dataset.folder / shard.path
        try:
            rows = pyarrow.parquet.read_metadata(path).num_rows
        except (pyarrow.ArrowException, OSError) as error:
            raise DataError("not a parquet file", where=str(path), got=str(error)) from None
        if rows != shard.rows:
            raise DataError(
                "row count differs from the manifest", where=str(path), got=f"{rows:,}", expected=str(shard.rows)
            )
    total = sum(shard.rows or 0 for shard in dataset.shards(table))
    if total != dataset.manifest.tables[table].rows:
        where = f"{dataset.folder / MANIFEST}: tables.{table}"
        raise DataError(
            "the row counts of the shards do not add up to that of the table",
            where=where,
            got=dataset.manifest.tables[table].rows,
            expected=str(total),
        )


def _check_report(dataset: Dataset) -> None:
    """Every check in the report that still exists finds as many rows as when the run was built."""
    now, then = _failing(validate_run(dataset.folder)), _failing(dataset.report)
    for check in now.keys() & then.keys():
        if now[check] != then[check]:
            raise DataError(
                f"the result of check {check[0]} differs from the report",
                where=f"{dataset.folder / REPORT}: {check[1]}",
                got=f"{now[check]:,} rows",
                expected=f"{then[check]:,} rows",
            )


def _failing(report: Report) -> dict[tuple[str, str], int]:
    """(check, table) -> failing rows."""
    return {(finding.check, finding.table): finding.count for finding in report.findings}
