"""A family of another distribution: built, judged and described with it; loaded, shown and judged without it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).parent / "packages" / "replies"
BUILD = """
import json, sys
from pathlib import Path
import pluriset

recipe = pluriset.recipe(
    "replies",
    license="cc-by-4.0",
    source={"file": {"path": "prompts.csv", "text": "text", "id": "id"}},
    n=None,
    teachers={"main": {"scripted": {"path": "answers.jsonl"}}, "second": {"scripted": {"path": "second.jsonl"}}},
    annotators={"panel": [{"teacher": "main"}, {"teacher": "second"}]},
    roles={"sort": "main", "reply": "panel", "rate": "main"},
    family={"replies": {"samples": 1}},
)
plan = pluriset.plan(recipe)
dataset = pluriset.build(recipe, "run")
pair = next(dataset.rows("pairs"))
story = pluriset.why("run", "pairs", pair.pair_id)
reply = next(dataset.rows("replies"))
print(json.dumps({
    "plan": [plan.asks.least, plan.asks.most],
    "rows": {table: len(list(dataset.rows(table))) for table in dataset.tables},
    "books": dataset.manifest.books.model_dump(),
    "schema": dataset.manifest.family_schema.model_dump(),
    "rests_on": sorted({(row.table, row.key) for row in story.rests_on}),
    "asks": len(story.asks),
    "topics": [row.topic for row in dataset.rows("prompts")],
    "temperature": reply.temperature,
    "replay": pluriset.replay("run", "replies", reply.reply_id).differs,
    "rejects": pluriset.show("run", table="rejects", n=None),
    "export": pluriset.export("run", "reply_pairs", "exported").rows,
}))
"""
READ = """
import json
import pluriset
from pluriset.schemas.rows import families

dataset = pluriset.load("run")
report = pluriset.validate("run")
print(json.dumps({
    "families": families(),
    "rows": {table: len(list(dataset.rows(table))) for table in dataset.tables},
    "reply": next(dataset.rows("replies")).text,
    "shown": list(pluriset.show("run")[0]),
    "failing": sorted(finding.check for finding in report.findings if finding.count),
    "checks": sorted({finding.check for finding in report.findings}),
    "card": pluriset.card("run").name,
    "why": sorted({row.table for row in pluriset.why("run", "pairs", next(dataset.rows("pairs")).pair_id).rests_on}),
}))
"""


def run(script: str, folder: Path, *paths: Path) -> Any:
    """What a script prints, in a process of its own with these folders on its path."""
    path = os.pathsep.join([*map(str, paths), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed the package."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(PACKAGE, source := folder / "source")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--target", str(folder / "site"), str(source)], check=True, capture_output=True)
    return folder / "site"


@pytest.fixture(scope="module")
def built(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A folder with a run of the family, and what the build said."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "prompts.csv").write_text("id,text\np1,How do I say no?\np2,Who cooks tonight?\n")
    script = [
        {"match": "Topic of: How", "answer": {"topic": "work"}},
        {"match": "Topic of: Who", "answer": {"topic": "weather"}},
        {"match": "Reply to", "answer": {"text": "Say it kindly."}},
        {"match": "Shout.", "answer": {"score": 1}},
        {"match": "Rate", "answer": {"score": 4}},
    ]
    other = [{"match": "Reply to", "answer": {"text": "Shout."}}]
    for name, lines in (("answers.jsonl", script), ("second.jsonl", other)):
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder, run(BUILD, folder, installed)


def test_an_installed_family_builds_derives_and_explains(built: tuple[Path, Any]) -> None:
    folder, said = built
    assert said["rows"] == {
        "prompts": 2, "replies": 4, "pairs": 2, "annotators": 2, "annotations": 4, "aggregates": 4, "aspects": 1,
    }  # fmt: skip
    assert said["books"]["rows"]["pairs"]["published"] == 2 and said["export"] == {"pairs": {"train": 2}}
    assert said["plan"] == [10, 10] and said["temperature"] == 0.9 and said["replay"] == []
    assert said["topics"] == ["work", None], "an optional answer outside its bounds is recorded, and the seed kept"
    assert [(row["table"], row["key"]) for row in said["rejects"]] == [("prompts", '["prompts","p2"]')]
    assert [row for row in said["rests_on"] if row[0] != "annotators"] == [
        ["prompts", "p1"],
        ["replies", "p1/main/0"],
        ["replies", "p1/second/0"],
    ]
    assert said["asks"] == 2
    assert (said["schema"]["distribution"], said["schema"]["version"]) == ("pluriset-replies", "0.3.1")
    report = json.loads((folder / "run" / "report.json").read_text())
    assert {"short_replies", "identical_responses"} <= {finding["check"] for finding in report["findings"]}
    pytest.importorskip("matplotlib")
    assert [*(folder / "run" / "plots").glob("items_per_annotator*")]


def test_a_run_is_read_without_the_package_of_its_family(built: tuple[Path, Any]) -> None:
    folder, said = built
    read = run(READ, folder)
    assert "replies" not in read["families"] and read["rows"] == said["rows"]
    assert read["reply"] == "Say it kindly." and {"prompt_id", "replies", "pairs"} <= {*read["shown"]}
    assert "identical_responses" in read["checks"], "checks of pairs read the pairs of the family"
    assert read["card"] == "README.md" and {"prompts", "replies"} <= {*read["why"]}
