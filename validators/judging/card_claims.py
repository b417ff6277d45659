"""The card against the data: what the front matter of a README counts and names is what the files hold.

`dataset_info` is what `datasets` writes there: https://huggingface.co/docs/hub/datasets-cards
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyRelation

from ...schemas.report import Finding, Severity, problem_line
from ..readers.layout import ALONE
from ..readers.readme import front_matter
from ..tables.sql import Tables, query

RULES: Mapping[str, tuple[Severity, str, str]] = {
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
    "size": ("info", "The size category on the card fits the dataset", "The card states another size category"),
}
"""Rule -> severity, the rule in words, and the problem."""
COUNTED = {"counts": "splits", "columns": "columns", "types": "columns"}
"""Rule -> what it counts; the size is said of the whole."""
OURS = {"_row", "_table", "split"}
"""Columns that a reader adds."""
KINDS = {
    "text": r"string|large_string|varchar",
    "truth": r"bool(ean)?",
    "number": r"float\d*|double|real|decimal.*",
    "integer": r"u?(int\d*|bigint|integer|smallint|tinyint|hugeint)",
}
"""Kind -> what `datasets` and DuckDB call it."""
UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
Problems = dict[str, list[dict[str, Any]]]
"""Rule -> what is wrong."""


def against_data(folder: Path, tables: Tables) -> list[Finding]:
    """What the card says wrongly; nothing is found where it says nothing. Raises `DataError` if it is not YAML."""
    said = front_matter(folder) if folder.is_dir() else {}
    looked: list[Finding] = []
    for info in _listed(said.get("dataset_info")):
        table = str(info.get("config_name", ALONE))
        if table in tables:
            looked += _findings(table, info, tables[table])
    total = sum(_rows(rows).get(None, 0) for rows in tables.values())
    if sizes := [size for size in _listed_texts(said.get("size_categories")) if _bounds(size)]:
        wrong = {"said": ", ".join(sizes), "problem": f"{total:,} rows in all"}
        fits = any(_fits(size, total, tables) for size in sizes)
        looked.append(_finding("size", next(iter(tables)), len(sizes), [] if fits else [wrong]))
    return looked


def _findings(table: str, info: Mapping[str, Any], rows: DuckDBPyRelation) -> Iterator[Finding]:
    splits, features = (_named(info.get(part)) for part in ("splits", "features"))
    if splits:
        counted = _rows(rows)
        wrong = [_count(split, counted) for split in splits]
        yield _finding("counts", table, len(splits), [one for one in wrong if one])
    if features:
        types = {c: str(t).lower() for c, t in zip(rows.columns, rows.types, strict=True) if c not in OURS}
        names = [str(feature["name"]) for feature in features]
        gone = [{"column": name, "problem": "not in the data"} for name in names if name not in {*types, *OURS}]
        more = [{"column": name, "problem": "not in the card"} for name in types if name not in names]
        yield _finding("columns", table, len({*names, *types}), gone + more)
        yield _finding("types", table, len(names), [*_types(features, types)])


def _rows(rows: DuckDBPyRelation) -> dict[str | None, int]:
    """Split -> rows; of all of them under null."""
    total: dict[str | None, int] = {None: int(rows.aggregate("count(*)").fetchall()[0][0])}
    if "split" not in rows.columns:
        return total
    split = query(rows, "SELECT CAST(split AS VARCHAR), count(*) FROM rows WHERE split IS NOT NULL GROUP BY ALL")
    return {**total, **dict(split.fetchall())}


def _count(split: Mapping[str, Any], counted: Mapping[str | None, int]) -> dict[str, Any] | None:
    name, said = str(split.get("name")), split.get("num_examples")
    there = counted.get(name, counted[None] if len(counted) == 1 else 0)
    if not isinstance(said, int) or said == there:
        return None
    return {"split": name, "said": said, "problem": f"{there:,} rows"}


def _types(features: list[Mapping[str, Any]], types: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Columns of another kind; text that stands for something else is what a file of texts has for everything."""
    for feature in features:
        name, said = str(feature.get("name")), _kind(str(feature.get("dtype", "")))
        there = _kind(types.get(name, ""))
        if said and there and said != there and there != "text":
            yield {"column": name, "said": str(feature.get("dtype")), "problem": types[name]}


def _kind(dtype: str) -> str | None:
    return next((kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, dtype)), None)


def _bounds(size: str) -> tuple[float, float] | None:
    """From and below: of `1K<n<10K`, `n<1K` and `n>1T`."""
    if found := re.fullmatch(r"n<1K|n>1T|(\d{1,3})([KMBT]?)<n<(\d{1,3})([KMBT])", size):
        if found[1] is None:
            return (0, 10**3) if "<" in size else (10**12, float("inf"))
        return int(found[1]) * UNITS[found[2]], int(found[3]) * UNITS[found[4]]
    return None


def _fits(size: str, total: int, tables: Tables) -> bool:
    """Whether all rows, or those of one table, are as many: the Hub does not say which is meant."""
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


def _listed(said: Any) -> list[Mapping[str, Any]]:
    """A mapping, or a list of mappings; whatever else it is says nothing."""
    return [one for one in (said if isinstance(said, list) else [said]) if isinstance(one, dict)]


def _named(said: Any) -> list[Mapping[str, Any]]:
    return [one for one in _listed(said) if isinstance(one.get("name"), str)]


def _listed_texts(said: Any) -> list[str]:
    return [one for one in (said if isinstance(said, list) else [said]) if isinstance(one, str)]
