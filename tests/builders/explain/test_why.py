import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import pluriset
from pluriset.cli import main
from pluriset.schemas.errors import DataError
from pluriset.schemas.row import key_of
from pluriset.tests.builders.conftest import written


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recipe, its source, its script, and their run. Not to be changed."""
    twice = {"text": "honesty.", "explanation": "Said twice."}
    honest = {"text": "Honesty", "explanation": "Friends count on the truth."}
    once = {"answer": {"values": [honest, twice], "rights": [], "duties": []}}
    judged = {"match": "valence: ", "answer": {"relevance": "yes", "valence": "supports"}}
    lie = {"match": "Telling a lie", "answer": once}
    said = {"sources": [{"name": "Our forum", "license": "cc0-1.0"}]}
    folder = tmp_path_factory.mktemp("built")
    path = written(folder, ["Telling a lie", "Keeping a secret"], judged, lie, card=said)
    pluriset.build(pluriset.recipe(path), folder / "run")
    return folder


@pytest.fixture
def run(built: Path, tmp_path: Path) -> Path:
    """A copy of the run, beside its source and its script, that may be changed."""
    return shutil.copytree(built, tmp_path, dirs_exist_ok=True) / "run"


def consideration(run: Path) -> str:
    rows = (row.model_dump() for row in pluriset.load(run).rows("considerations"))
    return next(str(row["consideration_id"]) for row in rows if row["text"] == "Honesty")


def test_a_row_tells_everything_from_its_seed_to_what_was_judged(run: Path) -> None:
    story = pluriset.why(run, "considerations", key := consideration(run))
    assert [found.table for found in story.rests_on] == ["situations", "annotators"]
    assert [(ask.role, ask.attempt) for ask in story.asks] == [("write", 0), ("judge", 0)]
    assert "Telling a lie" in story.asks[0].messages[-1]["content"]
    assert json.loads(story.asks[0].answer["text"])["answer"]["values"][0]["text"] == "Honesty"
    assert story.asks[0].teacher["teacher"] == "scripted"
    assert {found.row["item_id"] for found in story.judgements} == {key}
    assert {found.table for found in story.judgements} == {"annotations", "aggregates"}
    assert [(lost.reason, lost.detail) for lost in story.compared] == [("duplicate in listing", "honesty.")]
    assert (story.licence, [source.name for source in story.sources]) == ("cc-by-4.0", ["Our forum"])
    assert story.missing == []


def test_the_checks_that_fail_the_row_are_named(run: Path) -> None:
    key = key_of(next(pluriset.load(run).rows("situations")))
    assert "few_considerations" in {named.check for named in pluriset.why(run, "situations", key).findings}


def test_what_is_not_there_tells_its_reject_with_the_ask_and_what_was_kept(run: Path) -> None:
    [lost] = pq.read_table(run / "rejects.parquet").to_pylist()
    story = pluriset.why(run, "considerations", lost["key"])
    assert (story.subject.table, story.subject.row) == ("rejects", lost)
    assert (story.rests_on[0].table, story.rests_on[0].key) == ("considerations", consideration(run))
    assert story.asks and not (story.findings or story.judgements or story.missing)
    told = CliRunner().invoke(main, ["why", str(run), "considerations", lost["key"]])
    assert f"left out by the family: {lost['reason']}\n" in told.output and f"detail: {lost['detail']}" in told.output


def test_a_missing_row_tells_the_requests_that_judged_it(run: Path) -> None:
    rejects = pq.read_table(run / "rejects.parquet")
    [lost] = rejects.to_pylist()
    vote = next(row.model_dump() for row in pluriset.load(run).rows("annotations"))
    row = json.dumps({**vote, "item_id": lost["key"]})
    removed = {**lost, "table": "annotations", "key": "vote", "kept_key": None, "digest": vote["digest"], "row": row}
    pq.write_table(pa.Table.from_pylist([lost, removed], rejects.schema), run / "rejects.parquet")
    story = pluriset.why(run, "considerations", lost["key"])
    assert [ask.role for ask in story.asks] == ["write", "judge"]
    assert [found.key for found in story.judgements] == ["vote"] and not story.missing


def test_without_the_journal_the_story_says_what_it_lacks(run: Path) -> None:
    shutil.rmtree(run / "journal")
    story = pluriset.why(run, "considerations", key := consideration(run))
    assert story.asks == [] and "published on request only" in story.missing[0]
    with pytest.raises(DataError, match="the run has no journal"):
        pluriset.replay(run, "considerations", key)


def test_every_row_is_made_again_from_the_journal_alone(run: Path, tmp_path: Path) -> None:
    for source in ("answers.jsonl", "seeds.jsonl"):
        (tmp_path / source).unlink()
    for table in ("situations", "considerations", "annotators", "annotations"):
        for found in pluriset.load(run).rows(table):
            assert pluriset.replay(run, table, key_of(found)).differs == []


def test_a_journal_that_says_something_else_is_seen(run: Path) -> None:
    key = consideration(run)
    segment = run / "journal" / "00001.jsonl"
    segment.write_text(segment.read_text().replace("Friends count on the truth.", "Nobody counts on the truth."))
    assert pluriset.replay(run, "considerations", key).differs == ["explanation"]


def test_a_record_that_tells_no_ask_is_one_clear_error(run: Path) -> None:
    segment, key = run / "journal" / "00001.jsonl", consideration(run)
    segment.write_text(segment.read_text().replace(',"ask":', ',"told":'))
    with pytest.raises(DataError, match="a damaged record in the journal"):
        pluriset.why(run, "considerations", key)


def test_a_folder_that_looks_like_a_pattern_is_that_folder_alone(run: Path, tmp_path: Path) -> None:
    odd = shutil.copytree(run, tmp_path / "ru[n]")
    shutil.rmtree(run / "data" / "considerations")
    pq.write_table(pq.read_table(run / "rejects.parquet").slice(0, 0), run / "rejects.parquet")
    dataset = pluriset.load(odd)
    assert dataset.duckdb("considerations").fetchall() and dataset.connection.table("situations").fetchall()
    assert pluriset.why(odd, "considerations", consideration(odd)).compared


@pytest.mark.parametrize("table, key", [("nothing", "a"), ("considerations", "' OR true --")])
def test_an_unknown_row_is_one_clear_error(run: Path, table: str, key: str) -> None:
    for verb in (pluriset.why, pluriset.replay):
        with pytest.raises(DataError, match="no such"):
            verb(run, table, key)
