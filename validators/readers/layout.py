"""Which files a folder holds, which table and split each is part of: by the `configs` of its README, else by names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from ...schemas import bounds
from ...schemas.errors import DataError
from .columns import apart
from .findings import Findings
from .format import File
from .globs import matches
from .inside import homes, is_inside
from .readme import README, front_matter
from .saved_to_disk import saved
from .splits import partitions, split_of, table_of, variant_of
from .suffixes import format_of, known

ALONE = "default"
"""Table of files that name nothing but a split; the Hub's word."""
NO_DATA = {
    "croissant.json",
    "config.json",
    "dataset_info.json",
    "dataset_infos.json",
    "dataset_dict.json",
    "state.json",
    "manifest.json",
    "changes.parquet",
    "report.json",
    "package.json",
}
"""Files that are about the data."""
TEXTS = {"", ".md", ".txt", ".yaml", ".yml", ".cff", ".bib", ".py", ".html", ".png", ".svg", ".pdf"}
"""Suffixes of what lies beside data and is none: no finding."""
TABLES = {".xlsx", ".xls", ".ods", ".sav", ".dta", ".sas7bdat", ".rds", ".rda", ".rdata", ".sqlite", ".sqlite3", ".db"}
"""Suffixes of spreadsheets, and of the files of databases and statistics programs: data that stay unjudged."""


def files(folder: Path, findings: Findings) -> list[File]:
    """Every file that is data, in the order in which rows are counted. Raises `DataError` if there is none."""
    inside = [*_inside(folder, findings)]
    if found := saved(folder, inside, ALONE):
        return found
    configs = _configs(folder, findings)
    found = [*_by_configs(folder, inside, configs, findings)] or [*_by_names(folder, inside, findings)]
    if not found:
        expected = "files that end in " + ", ".join(known())
        kinds = Counter(path.suffix.lower() or path.name for path in inside)
        got = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(5)) or "an empty folder"
        raise DataError("no data", where=str(folder), got=got, expected=expected)
    found = _apart(found, findings)
    for file in found:
        if parts := [part for part in partitions(PurePosixPath(file.name)) if part != f"split={file.split}"]:
            findings.add("partitioned", file.table, {"file": file.name, "problem": f"{', '.join(parts)} is not read"})
    return found


def _apart(files: list[File], findings: Findings) -> list[File]:
    """Files whose tables differ by more than case; what is new about a name is a finding."""
    taken: set[str] = set()
    names = {table: apart(table, taken) for table in dict.fromkeys(file.table for file in files)}
    for table, now in names.items():
        if now != table:
            findings.add("renamed_table", now, {"table": table, "now": now})
    return [replace(file, table=names[file.table]) for file in files]


def _inside(folder: Path, findings: Findings) -> Iterator[PurePosixPath]:
    """Every file of a folder, without those that a link leads to elsewhere."""
    allowed = homes(folder)
    most = bounds.current().files
    paths = sorted(islice(folder.rglob("*"), most + 1))
    if len(paths) > most:
        raise bounds.exceeded("files", str(folder))
    for path in paths:
        if not path.is_file():
            continue
        relative = path.relative_to(folder)
        if is_inside(path, allowed):
            yield PurePosixPath(relative)
        else:
            findings.add("outside", folder.name, {"file": str(relative), "problem": "a link that leads out"})


def _configs(folder: Path, findings: Findings) -> list[Mapping[str, Any]]:
    """The `configs` in the front matter of the README; one that cannot be read is a finding."""
    try:
        configs = front_matter(folder).get("configs")
    except DataError as error:
        findings.add(
            "front_matter",
            folder.name,
            {"file": README, "problem": error.brief},
        )
        return []
    if configs is None:
        return []
    if not isinstance(configs, list) or not all(isinstance(config, dict) for config in configs):
        raise DataError("not a list of configs", where=f"{folder / README}: configs", got=str(configs))
    return [config for config in configs if config.get("data_files") or config.get("data_dir")]


def _by_configs(
    folder: Path, inside: list[PurePosixPath], configs: list[Mapping[str, Any]], findings: Findings
) -> Iterator[File]:
    for config in configs:
        table, base = str(config.get("config_name", ALONE)), str(config.get("data_dir") or "")
        where = f"{folder / README}: config {table}"
        given = config.get("data_files")
        patterns = _patterns(given, where) if given else {None: ["**"]}
        for split, wanted in patterns.items():
            for pattern in wanted:
                pattern = f"{base}/{pattern}" if base else pattern
                if pattern.startswith("/") or "://" in pattern or ".." in PurePosixPath(pattern).parts:
                    raise DataError("a path that leads out of the dataset", where=where, got=pattern)
                whole = pattern
                try:
                    files = _matching(folder, inside, table, split, whole, where)
                except ValueError as error:
                    findings.add("front_matter", table, {"file": README, "problem": f"not a pattern: {whole}: {error}"})
                    continue
                for file in files:
                    yield replace(
                        file, separator=_separator(config), names=_names(config), header=config.get("header") == 0
                    )


def _separator(config: Mapping[str, Any]) -> str | None:
    """What stands between cells, as `datasets` takes it from a config; anything but one sign is left to the reader."""
    given = config.get("sep") or config.get("delimiter")
    return given if isinstance(given, str) and len(given) == 1 else None


def _names(config: Mapping[str, Any]) -> tuple[str, ...]:
    given = config.get("names") or config.get("column_names")
    return tuple(map(str, given)) if isinstance(given, list) else ()


def _matching(
    folder: Path, inside: list[PurePosixPath], table: str, split: str | None, pattern: str, where: str
) -> list[File]:
    found = [path for path in inside if matches(path, pattern) and _is_data(path)]
    if not found:
        raise DataError("no file that can be read matches", where=where, got=pattern)
    return [File(folder / path, str(path), table, split or split_of(path)) for path in found]


def _patterns(given: Any, where: str) -> dict[str | None, list[str]]:
    """Split -> patterns; a config that names no split has none, and the Hub says `train`."""
    if isinstance(given, dict):
        return {str(split): _texts(paths, where) for split, paths in given.items()}
    if isinstance(given, list) and any(isinstance(one, dict) for one in given):
        if not all(isinstance(one, dict) and {"split", "path"} <= set(one) for one in given):
            raise DataError("not data files", where=where, got=str(given), expected="a list of `split` and `path`")
        return {str(one["split"]): _texts(one["path"], where) for one in given}
    return {"train": _texts(given, where)}


def _texts(paths: Any, where: str) -> list[str]:
    found = paths if isinstance(paths, list) else [paths]
    if not all(isinstance(path, str) for path in found):
        raise DataError("not a path", where=where, got=str(paths))
    return found


def _by_names(folder: Path, inside: list[PurePosixPath], findings: Findings) -> Iterator[File]:
    data = [path for path in inside if _is_data(path) and matches(path, "**")]
    for path in inside:
        if path not in data and path.suffix.lower() not in TEXTS and path.name not in NO_DATA:
            rule = "table_not_read" if path.suffix.lower() in TABLES else "not_read"
            findings.add(rule, folder.name, {"file": str(path)})
    bases = {path: table_of(path) for path in data}
    shared = Counter(bases.values())
    variants = {
        path: variant
        for path in data
        if shared[bases[path]] == 1 and (variant := variant_of(path)) and shared[variant[0]] > 0
    }
    tables = _tables(bases | {path: table for path, (table, _) in variants.items()})
    for path in data:
        split = variants[path][1] if path in variants else split_of(path)
        yield File(folder / path, str(path), tables[path], split)


def _tables(bases: Mapping[PurePosixPath, str]) -> dict[PurePosixPath, str]:
    """Files that differ only in their split or number are one table; any other has the name of its file."""
    shared = Counter(bases.values())
    whole = {path: base if shared[base] > 1 or not base else table_of(path, keep=True) for path, base in bases.items()}
    short = Counter(name.rpartition("/")[2] for name in set(whole.values()))
    return {path: _shortest(name, short) or ALONE for path, name in whole.items()}


def _shortest(name: str, taken: Counter[str]) -> str:
    last = name.rpartition("/")[2]
    return last if taken[last] == 1 else name


def _is_data(path: PurePosixPath) -> bool:
    return format_of(path) is not None and path.name not in NO_DATA
