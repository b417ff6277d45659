from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pluriset.cards.plots.plots import Plot
from pluriset.cards.readme.render import render, write
from pluriset.schemas.manifest import Books, File, Manifest, Requests, Rows, Seeds, Spending, Table
from pluriset.schemas.projections import arrow_schema, schema_hash
from pluriset.schemas.recipe import Recipe
from pluriset.schemas.report import Figure, Finding, Report
from pluriset.schemas.row import Row
from pluriset.schemas.rows.shared import Aggregate, Annotation, Annotator, Share
from pluriset.schemas.rows.values import ASPECTS, PLOTS, TABLES, Consideration, Situation

Tables = Mapping[str, Mapping[str, Sequence[Row]]]

PROMPT = "You judge a value, right or duty in a situation.\nAnswer with ``` if you must, and ```` if you cannot."


def small_tables() -> Tables:
    """Two situations in train and one in test, each judged by a model and a persona."""
    found: dict[str, dict[str, list[Row]]] = {name: {"train": [], "test": []} for name in TABLES}
    for number, split in enumerate(("train", "train", "test")):
        add_situation(found, number, split)
    found["annotators"] = {
        "train": [
            Annotator(annotator_id="main", kind="model", teacher="openai", model="big-one", revision="abc123"),
            Annotator(annotator_id="elder", kind="persona", teacher="openai", model="big-one", country="Kenya"),
        ]
    }
    found["aspects"] = {"train": [*ASPECTS]}
    return found


def add_situation(found: dict[str, dict[str, list[Row]]], number: int, split: str) -> None:
    situation, consideration = f"s{number}", f"c{number}"
    found["situations"][split].append(Situation(situation_id=situation, text=f"Telling a joke, {number}", source="f:1"))
    found["considerations"][split].append(
        Consideration(
            consideration_id=consideration, situation_id=situation, writer_id="main", kind="value", text="Joy",
            explanation="Laughing together is good.",
        )
    )  # fmt: skip
    for annotator, label in (("main", "supports"), ("elder", "opposes")):
        found["annotations"][split].append(
            Annotation(
                item_table="considerations", item_id=consideration, annotator_id=annotator, aspect="valence",
                label=label, options=["supports", "opposes", "either", "abstain"],
            )
        )  # fmt: skip
    shares = [Share(label="opposes", share=0.5), Share(label="supports", share=0.5)]
    found["aggregates"][split].append(
        Aggregate(
            item_table="considerations", item_id=consideration, aspect="valence", rule="soft", distribution=shares,
            n=2, abstained=0,
        )
    )  # fmt: skip


def write_tables(folder: Path, tables: Tables, shards: int = 1) -> dict[str, Table]:
    return {name: write_table(folder, name, splits, shards) for name, splits in tables.items()}


def write_table(folder: Path, name: str, splits: Mapping[str, Sequence[Row]], shards: int) -> Table:
    files: dict[str, list[File]] = {}
    for split, rows in splits.items():
        size = max(1, -(-len(rows) // shards))
        parts = [rows[i : i + size] for i in range(0, len(rows), size)] or [[]]
        files[split] = [write_shard(folder, name, split, i, len(parts), part) for i, part in enumerate(parts)]
    count = sum(file.rows or 0 for shards in files.values() for file in shards)
    return Table(rows=count, schema_hash=schema_hash(TABLES[name]), splits=files)


def write_shard(folder: Path, name: str, split: str, index: int, of: int, rows: Sequence[Row]) -> File:
    path = folder / "data" / name / f"{split}-{index:05d}-of-{of:05d}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist([row.model_dump() for row in rows], schema=arrow_schema(TABLES[name]))
    pq.write_table(table, path, compression="zstd")
    raw = path.read_bytes()
    digest = hashlib.sha256(raw).hexdigest()
    return File(path=path.relative_to(folder).as_posix(), sha256=digest, bytes=len(raw), rows=len(rows))


def recipe_of(**changes: Any) -> Recipe:
    asked: dict[str, Any] = {
        "name": "small-values",
        "license": "cc-by-4.0",
        "n": 4,
        "source": {"file": {"path": "situations.jsonl", "text": "situation"}},
        "teachers": {"main": {"openai": {"model": "big-one"}}},
        "annotators": {"panel": [{"teacher": "main"}, {"teacher": "main", "persona": {"country": "Kenya"}}]},
        "roles": {"write": "main", "judge": "panel"},
        "family": "values",
        "curation": ["exact_duplicates", {"kaleido_filter": {"relevance": 0.5}}],
        "card": {
            "pretty_name": "Small values",
            "language": ["en"],
            "sources": [{"name": "Jokes", "license": "cc0-1.0", "url": "https://example.org/a_b"}],
            "terms": {"main": "apache-2.0"},
        },
    }
    return Recipe.model_validate(asked | changes)


def manifest_of(tables: Mapping[str, Table], **changes: Any) -> Manifest:
    rows = {name: Rows(generated=table.rows, published=table.rows, removed={}) for name, table in tables.items()}
    published = tables["considerations"].rows
    rows["considerations"] = Rows(generated=published + 2, published=published, removed={"kaleido_filter": 2})
    facts: dict[str, Any] = {
        "name": "small-values",
        "family": "values",
        "main_table": "situations",
        "recipe": recipe_of(),
        "teachers": {
            "main": {"teacher": "openai", "model": "big-one", "revision": "abc123", "options": {"temperature": 0.6}}
        },
        "prompts": {"judge_prompt": PROMPT, "max_per_kind": 3, "judge_examples": [["Painting", "no"]]},
        "tables": dict(tables),
        "files": [],
        "books": Books(
            seeds=Seeds(read=4, built=3, rejected=1),
            requests=Requests(total=10, cached=4, sent=5, failed=1),
            rows=rows,
            rejects={"below threshold": 2, "declined": 1},
            spending=[
                Spending(role="judge", teacher="main", answers=6, input_tokens=1200, output_tokens=60, usd=0.0012),
                Spending(role="write", teacher="main", answers=3, input_tokens=900, output_tokens=400),
            ],
        ),
        "versions": {"pluriset": "0.1.0", "duckdb": "2.0.1"},
    }
    return Manifest(**(facts | changes))


def report_of(**changes: Any) -> Report:
    labels = {"supports": 40, "opposes": 25, "either": 18, "abstain": 3}
    facts: dict[str, Any] = {
        "dataset": "small-values",
        "rows": {"situations": 3},
        "plots": PLOTS,
        "findings": [
            Finding(check="values_missing_kind", severity="warning", rule="Every situation has every kind.",
                    problem="3 of 3 situations have a missing kind",
                    table="situations", count=3, of=3, examples=[]),
            Finding(check="situations_key", severity="error", rule="situation_id is unique.",
                    table="situations", count=0, of=3, examples=[]),
            Finding(check="contact_details", severity="warning", rule="No text holds an e-mail address.",
                    table="situations", count=0, of=3, examples=[]),
        ],
        "skipped": {"language_share": "no detector is installed"},
        "figures": [
            *(Figure(measure="valence_by_kind", group={"kind": kind, "label": label}, value=count + 7 * i, n=86)
              for i, kind in enumerate(("value", "right", "duty")) for label, count in labels.items()),
            *(Figure(measure="considerations_per_situation", group={"considerations": str(n)}, value=v, n=60)
              for n, v in {1: 2, 2: 5, 3: 14, 4: 21, 5: 11, 6: 7}.items()),
            Figure(measure="considerations_per_situation", group={}, value=3.9, n=60),
            Figure(measure="agreement", group={"aspect": "relevance"}, value=0.31, low=0.22, high=0.41, n=86),
            Figure(measure="agreement", group={"aspect": "valence"}, value=-0.04, low=-0.15, high=0.12, n=80),
            Figure(measure="agreement", group={"aspect": "tone"}, value=None, n=0),
            Figure(measure="abstention", group={"aspect": "valence", "annotator": "elder"}, value=0.125, n=80),
        ],
    }  # fmt: skip
    return Report(**(facts | changes))


@pytest.fixture
def tables() -> Tables:
    return small_tables()


@pytest.fixture
def recipe() -> Callable[..., Recipe]:
    return recipe_of


@pytest.fixture
def make_manifest(tmp_path: Path) -> Callable[..., Manifest]:
    def make(tables: Tables | None = None, **changes: Any) -> Manifest:
        return manifest_of(write_tables(tmp_path / "made", tables or small_tables()), **changes)

    return make


@pytest.fixture
def make_card(make_manifest: Callable[..., Manifest]) -> Callable[..., str]:
    """Renders the card of a run with some facts changed."""

    def make(
        tables: Tables | None = None,
        report: Mapping[str, Any] | None = None,
        plots: Sequence[str] = ("agreement",),
        **changes: Any,
    ) -> str:
        shown = [Plot(measure, {}, f"A plot of {measure}.") for measure in plots]
        return render(make_manifest(tables, **changes), report_of(**(report or {})), shown)

    return make


@pytest.fixture
def finished(tmp_path: Path) -> Callable[..., Path]:
    """Makes a finished run by hand and returns its folder."""

    def make(tables: Tables | None = None, shards: int = 1, card: bool = False, **changes: Any) -> Path:
        folder = tmp_path / "small-values"
        manifest = manifest_of(write_tables(folder, tables or small_tables(), shards), **changes)
        report = report_of()
        if card:
            write(folder, manifest, report)
        (folder / "report.json").write_text(report.model_dump_json())
        (folder / "manifest.json").write_text(manifest.model_dump_json())
        return folder

    return make
