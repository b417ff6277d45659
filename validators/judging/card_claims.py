"""Compares what the front matter of a dataset card claims with the data.

`dataset_info` is written by `datasets`: https://huggingface.co/docs/hub/datasets-cards
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyRelation

from ...schemas.errors import DataError
from ...schemas.report import Finding, Severity, problem_line
from ..readers.layout import ALONE
from ..readers.readme import README, front_matter
from ..tables.sql import Tables, query
from .licence_file import licence_of_file

RULES: Mapping[str, tuple[Severity, str, str]] = {
    "front_matter": ("warning", "The front matter can be read", "The front matter of the card cannot be read"),
    "counts": (
        "warning",
        "The row counts on the card match the data",
        "have|has another number of rows than the card states",
    ),
    "columns": (
        "warning",
        "The columns on the card match the data",
        "are|is on the card or in the data, but not in both",
    ),
    "types": ("info", "The column types on the card match the data", "are|is of another type than the card states"),
    "licence": (
        "warning",
        "The LICENSE file has the licence of the card",
        "The LICENSE file has another licence than the card states",
    ),
    "size": ("info", "The size category on the card fits the dataset", "The card states another size category"),
}
"""Rule -> severity, the rule in words, and the problem."""
COUNTED = {"counts": "splits", "columns": "columns", "types": "columns"}
"""Rule -> unit; the size is about the dataset as a whole."""
OURS = {"_row", "_table", "split"}
"""Columns added on reading."""
KINDS = {
    "text": r"string|large_string|varchar",
    "truth": r"bool(ean)?",
    "number": r"float\d*|double|real|decimal.*",
    "integer": r"u?(int\d*|bigint|integer|smallint|tinyint|hugeint)",
}
"""Kind of type -> its names in `datasets` and DuckDB."""
UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}


def check_card(folder: Path, tables: Tables) -> list[Finding]:
    """Findings for every claim of the card, or one that its front matter cannot be read."""
    try:
        card = front_matter(folder) if folder.is_dir() else {}
    except DataError as error:
        return [
            _finding(
                "front_matter",
                ALONE,
                0,
                [{"file": README, "problem": error.brief}],
            )
        ]
    findings: list[Finding] = []
    for info in _mappings(card.get("dataset_info")):
        table = str(info.get("config_name", ALONE))
        if table in tables:
            findings += _findings(table, info, tables[table])
    total = sum(_rows(rows).get(None, 0) for rows in tables.values())
    listed = card.get("size_categories")
    sizes = [str(size) for size in (listed if isinstance(listed, list) else [listed]) if _bounds(size)]
    if sizes:
        wrong = {"stated": ", ".join(sizes), "problem": f"{total:,} rows in all"}
        fits = any(_fits(size, total, tables) for size in sizes)
        findings.append(_finding("size", next(iter(tables)), len(sizes), [] if fits else [wrong]))
    stated = card.get("license")
    if isinstance(stated, str) and folder.is_dir() and (of_file := licence_of_file(folder)):
        name, licence = of_file
        wrong = {"file": name, "problem": f"{licence}, and the card states {stated[:40]}"}
        findings.append(_finding("licence", next(iter(tables)), 1, [] if licence == stated.lower() else [wrong]))
    return findings


def _findings(table: str, info: Mapping[str, Any], rows: DuckDBPyRelation) -> Iterator[Finding]:
    splits, features = (
        [one for one in _mappings(info.get(part)) if isinstance(one.get("name"), str)]
        for part in ("splits", "features")
    )
    if splits:
        counted = _rows(rows)
        wrong = [_count(split, counted) for split in splits]
        yield _finding("counts", table, len(splits), [one for one in wrong if one])
    if features:
        types = {c: str(t).lower() for c, t in zip(rows.columns, rows.types, strict=True) if c not in OURS}
        names = [str(feature["name"]) for feature in features]
        missing = [{"column": name, "problem": "not in the data"} for name in names if name not in {*types, *OURS}]
        unlisted = [{"column": name, "problem": "not on the card"} for name in types if name not in names]
        yield _finding("columns", table, len({*names, *types}), missing + unlisted)
        yield _finding("types", table, len(names), [*_types(features, types)])


def _rows(rows: DuckDBPyRelation) -> dict[str | None, int]:
    """Split -> rows, with the total under null."""
    total: dict[str | None, int] = {None: int(rows.aggregate("count(*)").fetchall()[0][0])}
    if "split" not in rows.columns:
        return total
    split = query(rows, "SELECT CAST(split AS VARCHAR), count(*) FROM rows WHERE split IS NOT NULL GROUP BY ALL")
    return {**total, **dict(split.fetchall())}


def _count(split: Mapping[str, Any], counted: Mapping[str | None, int]) -> dict[str, Any] | None:
    name, stated = str(split.get("name")), split.get("num_examples")
    rows = counted.get(name, counted[None] if len(counted) == 1 else 0)
    if not isinstance(stated, int) or stated == rows:
        return None
    return {"split": name, "stated": stated, "problem": f"{rows:,} rows"}


def _types(features: list[Mapping[str, Any]], types: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Columns of another kind than stated; text passes for any kind, as CSV files hold nothing else."""
    for feature in features:
        name, stated = str(feature.get("name")), _kind(str(feature.get("dtype", "")))
        actual = _kind(types.get(name, ""))
        if stated and actual and stated != actual and actual != "text":
            yield {"column": name, "stated": str(feature.get("dtype")), "problem": types[name]}


def _kind(dtype: str) -> str | None:
    return next((kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, dtype)), None)


def _bounds(size: Any) -> tuple[float, float] | None:
    """Lower and upper bound of `1K<n<10K`, `n<1K` or `n>1T`; null for anything else."""
    if not isinstance(size, str):
        return None
    if category := re.fullmatch(r"n<1K|n>1T|(\d{1,3})([KMBT]?)<n<(\d{1,3})([KMBT])", size):
        if category[1] is None:
            return (0, 10**3) if "<" in size else (10**12, float("inf"))
        return int(category[1]) * UNITS[category[2]], int(category[3]) * UNITS[category[4]]
    return None


def _fits(size: str, total: int, tables: Tables) -> bool:
    """Whether the rows of the dataset or of one table fit: the Hub leaves open which is meant."""
    low, high = _bounds(size) or (0, 0)
    return any(low <= n < high for n in (total, *(_rows(rows)[None] for rows in tables.values())))


def _finding(rule: str, table: str, of: int, wrong: list[dict[str, Any]]) -> Finding:
    severity, title, problem = RULES[rule]
    unit = COUNTED.get(rule)
    return Finding(
        problem=problem_line(problem, len(wrong), of, unit),
        rule=title,
        check=f"card.{rule}",
        severity=severity,
        table=table,
        count=len(wrong),
        of=of,
        unit=unit,
        examples=wrong[:5],
    )


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    """The mappings in a list, or a single one; anything else is ignored."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
