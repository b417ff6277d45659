"""A family built from a script to a finished run, and taken through all that users do with one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

import pluriset
from pluriset.cards.loading.dataset import Dataset
from pluriset.schemas.recipe import Recipe
from pluriset.tests.builders.making import made

Seeds = Sequence[Mapping[str, Any]]
"""Seeds with `id`, `text` and other fields."""
Tables = dict[str, list[dict[str, Any]]]
Script = Sequence[tuple[str | None, Any]]
"""Text that occurs in what is asked -> the answer; the first that matches answers."""


def recipe(folder: Path, family: str, script: Script, seeds: Seeds, **changes: Any) -> Recipe:
    """A recipe of a family with `options`, answered by a script."""
    fields = {name: name for seed in seeds for name in seed if name not in ("id", "text")}
    lines = [{"match": match, "answer": answer} for match, answer in script]
    for name, records in (("seeds", seeds), ("script", lines)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    spec = {
        "name": "test",
        "license": "cc-by-4.0",
        "source": {"file": {"path": str(folder / "seeds.jsonl"), "text": "text", "id": "id", "fields": fields}},
        "teachers": {"main": {"scripted": {"path": str(folder / "script.jsonl")}}},
        "family": {family: changes.pop("options", {})},
        "card": {"sources": [{"name": "Written for the test", "license": "cc-by-4.0"}]},
        "curation": [{"split": {"test": 0.3}}],
        **changes,
    }
    return pluriset.recipe(spec)


def tables(folder: Path, family: str, script: Script, seeds: Seeds, **changes: Any) -> Tables:
    """The tables of a family, without report and card: table -> its rows with their split."""
    made(recipe(folder, family, script, seeds, **changes), folder / "run")
    return rows(folder / "run")


def finished(folder: Path, family: str, script: Script, seeds: Seeds, **changes: Any) -> Dataset:
    """A finished run, whose tables were made from the journal twice: nothing is asked again, the bytes are equal."""
    asked = recipe(folder, family, script, seeds, **changes)
    made(asked, folder / "run")
    before = _content(folder / "run")
    dataset = pluriset.build(asked, folder / "run")
    assert dataset.manifest.books.requests.sent == 0, "a second build asks nothing"
    assert _content(folder / "run") == before
    return dataset


def _content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("data/*/*.parquet")}


def errors(folder: Path) -> dict[str, int]:
    """Check -> findings that make a run unusable."""
    return {f.check: f.count for f in pluriset.validate(folder).findings if f.severity == "error" and f.count}


def figures(folder: Path, measure: str) -> dict[tuple[str, ...], float | None]:
    """Group -> value of a measure in the report of a run."""
    report = json.loads((folder / "report.json").read_text())
    return {tuple(f["group"].values()): f["value"] for f in report["figures"] if f["measure"] == measure}


def rows(run: Path) -> Tables:
    """Table -> its rows with their split, in their order."""
    return {
        folder.name: [
            {**row, "split": path.name.partition("-")[0]}
            for path in sorted(folder.glob("*.parquet"))
            for row in pq.read_table(path).to_pylist()
        ]
        for folder in (run / "data").iterdir()
    }
