"""The family `preferences`: candidates, ratings and comparisons of a panel, and the pairs that follow."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset

import pluriset
from pluriset.builders.families._preferences_pairs import Pairing, Ties, pairs_select
from pluriset.schemas.errors import RecipeError
from pluriset.schemas.recipe import Recipe
from pluriset.schemas.rows.preferences import VERDICTS
from pluriset.tests.builders.making import made
from pluriset.tests.servers.scripted_openai import Body, Reply, ScriptedServer, answer

Write = Callable[..., Recipe]
LONGER = "Yes, since whoever is asked has a say in it."
SHORTER = "No, they decide."


def respond(body: Body) -> Reply:
    """Judges like the longer response, and whoever values brevity the shorter one; in doubt, the one shown first."""
    texts, fields = [message["content"] for message in body["messages"]], fields_of(body)
    if "answer" in fields:
        return completion({"answer": {"text": LONGER if body.get("temperature") == 0.2 else SHORTER}})
    brief = any("brevity" in text for text in texts)
    if "abilities" in fields:
        return completion({"abilities": ["logical reasoning"], "issues_a": "of A", "issues_b": "of B"})
    if "overclaims" in fields:
        return completion({name: "no" if name == "overclaims" else "yes" for name in fields})
    if "preference" in fields:
        (shown,) = (text for text in texts if "Response A: " in text)
        first = "undecided" in shown or shown.partition("Response A: ")[2].startswith(SHORTER) == brief
        return completion({"preference": "A" if first else "B", "strength": 2})
    return completion(dict.fromkeys(fields, 4 if texts[-1].endswith(SHORTER) == brief else 1))


def fields_of(body: Body) -> list[str]:
    return [*body["response_format"]["json_schema"]["schema"]["properties"]]


def completion(value: dict[str, Any]) -> Reply:
    return answer(json.dumps(value))


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(respond) as started:
        yield started


@pytest.fixture
def recipe(server: ScriptedServer, tmp_path: Path) -> Callable[..., Recipe]:
    """A recipe whose writer and three judges answer as `respond` says."""

    def written(
        source: str, fields: dict[str, str] | None = None, curation: Sequence[Any] = (), **options: Any
    ) -> Recipe:
        path = tmp_path / "source.jsonl"
        path.write_text(source)
        teacher = {"openai": {"model": "m", "base_url": server.url, "revision": "1"}}
        personas = ({"description": "Values brevity.", "country": "Ghana"}, {"description": "Slow.", "country": "Peru"})
        return pluriset.recipe(
            "preferences",
            license="cc-by-4.0",
            source={
                "file": {"path": str(tmp_path / "source.jsonl"), "text": "text", "id": "id", "fields": fields or {}}
            },
            n=None,
            curation=[*curation],
            card={"terms": {"main": "mit"}, "sources": [{"name": "Own", "license": "cc0-1.0"}]},
            teachers={"main": teacher},
            annotators={"panel": [{"teacher": "main"}, *({"teacher": "main", "persona": each} for each in personas)]},
            roles={"respond": "main", "judge": "panel"},
            family={"preferences": {"samples": 1, "temperatures": [0.2, 0.9], **options}},
        )

    return written


def read(run: Path, table: str) -> list[dict[str, Any]]:
    return [row for path in sorted((run / "data" / table).glob("*")) for row in pq.read_table(path).to_pylist()]


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


PROMPTS = lines({"id": "p1", "text": "Should children vote?"}, {"id": "p2", "text": "Should towns ban cars?"})


def test_candidates_are_rated_and_compared_and_pairs_follow(recipe: Write, tmp_path: Path) -> None:
    run = tmp_path / "run"
    dataset = pluriset.build(recipe(PROMPTS, judging="both", weights={"helpfulness": 2, "balance": 1}), run)
    responses = read(run, "responses")
    assert [(r["place"], r["temperature"], r["model"]) for r in responses[:2]] == [
        (0, 0.2, "scripted-1"),
        (1, 0.9, "scripted-1"),
    ]
    found = [pair for pair in read(run, "pairs") if pair["prompt_id"] == "p1"]
    assert {pair["objective"] for pair in found} == {"helpfulness", "correctness", "balance", "overall", "preference"}
    assert {(pair["preferred"], pair["n"], pair["agreement"]) for pair in found} == {("first", 3, 0.666667)}
    direct = next(pair for pair in found if pair["objective"] == "preference")
    assert (direct["margin"], direct["first_score"]) == (0.666667, None)
    shares = [(share["label"], share["share"]) for share in direct["distribution"]]
    assert shares == [("first", 0.666667), ("second", 0.333333)]
    assert dataset.report.count("error") == 0
    exported = pluriset.export(run, {"trl_explicit_chat": {"objective": "preference"}}, tmp_path / "trl")
    (row, _) = load_dataset(str(tmp_path / "trl"), split="train", streaming=True)
    assert exported.rows == {"default": {"train": 2}} and row["chosen"] == [{"role": "assistant", "content": LONGER}]
    pluriset.publish(run, tmp_path / "published")
    assert (tmp_path / "published" / "README.md").exists()
    story = pluriset.why(run, "pairs", direct["pair_id"])
    assert {row.table for row in story.rests_on} >= {"comparisons", "responses", "prompts"}
    assert pluriset.replay(run, "responses", responses[0]["response_id"]).differs == []
    again = made(recipe(PROMPTS, judging="both", weights={"helpfulness": 2, "balance": 1}), run)
    assert again.books.requests.sent == 0 and len(read(run, "pairs")) == 10


def test_every_judge_sees_both_orders_and_an_inconsistent_vote_is_left_out(recipe: Write, tmp_path: Path) -> None:
    source = lines({"id": "p1", "text": "An undecided question?"})
    made(recipe(source, judging="comparisons"), tmp_path / "run")
    verdicts = [row for row in read(tmp_path / "run", "annotations") if row["aspect"] == "preference"]
    assert [(row["sample"], row["label"]) for row in verdicts] == [(0, "first")] * 3 + [(1, "second")] * 3
    assert verdicts[3]["options"] == ["second", "first", *VERDICTS[2:]]
    assert read(tmp_path / "run", "pairs") == []
    made(recipe(source, judging="comparisons", inconsistent="tie"), tmp_path / "run")
    assert [(row["preferred"], row["n"]) for row in read(tmp_path / "run", "pairs")] == [("tie", 3)]


def test_judges_who_think_twice_analyse_in_a_turn_of_their_own(
    server: ScriptedServer, recipe: Write, tmp_path: Path
) -> None:
    def one_never_analyses(body: Body) -> Reply:
        slow = "abilities" in fields_of(body) and any("Slow." in message["content"] for message in body["messages"])
        return completion({"abilities": ["charm"], "issues_a": "", "issues_b": ""}) if slow else respond(body)

    server.respond = one_never_analyses
    source = lines({"id": "p1", "text": "Should children vote?"})
    dataset = pluriset.build(recipe(source, judging="comparisons", think_twice=True), tmp_path / "run")
    analyses = read(tmp_path / "run", "analyses")
    assert [(row["sample"], row["first_issues"]) for row in analyses] == [(0, "of A")] * 2 + [(1, "of B")] * 2
    assert dataset.manifest.books.rejects == {"answer does not parse": 2}, (
        "one judge, in both orders; its verdict is not asked"
    )
    (pair,) = read(tmp_path / "run", "pairs")
    assert (pair["n"], pair["preferred"]) == (2, None), "one likes the longer, one the shorter"
    assert pluriset.replay(tmp_path / "run", "analyses", analyses[0]["analysis_id"]).differs == []


def test_a_rubric_scores_the_points_of_what_is_met(recipe: Write, tmp_path: Path) -> None:
    made(recipe(PROMPTS, judging="rubric"), tmp_path / "run")
    graded = [row for row in read(tmp_path / "run", "annotations") if row["item_table"] == "responses"]
    assert {(row["aspect"], row["label"]) for row in graded if row["label"]} >= {
        ("answers", "yes"),
        ("overclaims", "no"),
    }
    assert {row["score"] for row in graded if row["aspect"] == "rubric"} == {4.0}
    (aspect,) = (row for row in read(tmp_path / "run", "aspects") if row["aspect"] == "rubric")
    assert (aspect["low"], aspect["high"]) == (-2.0, 4.0)
    assert {(row["objective"], row["preferred"]) for row in read(tmp_path / "run", "pairs")} == {("rubric", "tie")}


def test_existing_pairs_are_judged_without_a_response_written(recipe: Write, tmp_path: Path) -> None:
    rows = [
        {"id": 1, "text": "Say", "input": "why", "a": LONGER, "b": SHORTER, "one": "m1", "two": "m2"},
        {"id": 2, "text": "Say", "input": "when", "a": LONGER, "b": " ", "one": "m1", "two": "m2"},
    ]
    fields = {"context": "input", "first": "a", "second": "b", "first_model": "one", "second_model": "two"}
    manifest = pluriset.build(recipe(lines(*rows), fields, judging="comparisons"), tmp_path / "run").manifest
    assert [row["text"] for row in read(tmp_path / "run", "prompts")] == ["Say\nwhy"]
    responses = read(tmp_path / "run", "responses")
    assert [(r["model"], r["writer_id"], r["digest"]) for r in responses] == [("m1", None, ""), ("m2", None, "")]
    assert {spent.role for spent in manifest.books.spending} == {"judge"}
    assert manifest.books.rejects == {"a response is missing or blank": 1}
    assert pluriset.replay(tmp_path / "run", "responses", responses[0]["response_id"]).differs == []
    verdict = read(tmp_path / "run", "annotations")[0]
    key = [verdict[part] for part in ("item_table", "item_id", "annotator_id", "aspect", "sample")]
    assert pluriset.replay(tmp_path / "run", "annotations", json.dumps(key, separators=(",", ":"))).differs == []


def test_a_writer_that_declines_is_recorded(server: ScriptedServer, recipe: Write, tmp_path: Path) -> None:
    def declines(body: Body) -> Reply:
        at_once = "answer" in fields_of(body) and body.get("temperature") == 0.9
        return completion({"answer": {"declined": "Not mine to say."}}) if at_once else respond(body)

    server.respond = declines
    manifest = made(recipe(PROMPTS, samples=2), tmp_path / "run")
    assert [row["temperature"] for row in read(tmp_path / "run", "responses")] == [0.2] * 4
    assert manifest.books.rejects == {"declined": 4}


def test_a_prompt_is_in_one_split_with_the_pairs_of_every_attribute(recipe: Write, tmp_path: Path) -> None:
    """MiCRo's script moves the first pairs of each attribute to the test set; VPL's splits by row."""
    source = lines(*({"id": f"p{number}", "text": f"Question {number}?"} for number in range(12)))
    made(recipe(source, curation=[{"split": {"test": 0.5}}]), tmp_path / "run")
    splits: dict[str, dict[str, int]] = {}
    for split in ("train", "test"):
        for row in pq.read_table(tmp_path / f"run/data/pairs/{split}-00000-of-00001.parquet").to_pylist():
            counts = splits.setdefault(row["prompt_id"], {})
            counts[split] = counts.get(split, 0) + 1
    assert [*map(len, splits.values())] == [1] * 12, "no prompt is in two splits"
    assert {n for counts in splits.values() for n in counts.values()} == {3}, "each with the pair of every attribute"


RESPONSES = [("p", "r0", 0, "a", "x"), ("p", "r1", 1, "b", "y"), ("p", "r2", 2, "a", "z"), ("q", "r3", 0, "b", "w")]


def pairs(
    scores: dict[str, dict[str, float]],
    pairing: Pairing = "all",
    ties: Ties = "gap",
    weights: Any = None,
    gap: float = 0.5,
) -> list[tuple[str, ...]]:
    """First, second and preferred of the pairs of rated responses: response -> annotator -> score of `good`."""
    con = duckdb.connect()
    con.execute("CREATE TABLE responses (prompt_id TEXT, response_id TEXT, place INT, model TEXT, text TEXT)")
    con.executemany("INSERT INTO responses VALUES (?, ?, ?, ?, ?)", RESPONSES)
    con.execute("CREATE TABLE comparisons (comparison_id TEXT, prompt_id TEXT, first_id TEXT, second_id TEXT)")
    con.execute(
        """CREATE TABLE annotations
        (item_table TEXT, item_id TEXT, annotator_id TEXT, aspect TEXT, label TEXT, score DOUBLE)"""
    )
    for response, by in scores.items():
        con.executemany(
            "INSERT INTO annotations VALUES ('responses', ?, ?, 'good', NULL, ?)",
            [(response, *each) for each in by.items()],
        )
    select = pairs_select(["good"], weights or {}, gap, ties, pairing, "leave_out")
    return con.sql(f"SELECT first_id, second_id, preferred FROM ({select})").fetchall()


def test_pairs_are_made_within_a_prompt_and_by_those_who_rated_both() -> None:
    found = pairs({"r0": {"x": 3, "y": 1}, "r1": {"x": 1}, "r3": {"x": 9}})
    assert found == [("r0", "r1", "first")], "y rated one only, and r3 answers another prompt"


def test_a_gap_below_the_minimum_is_a_tie_or_undecided() -> None:
    scores = {"r0": {"x": 2.0}, "r1": {"x": 2.3}, "r2": {"x": 2.0}}
    assert {p for *_, p in pairs(scores)} == {"tie"}
    assert pairs(scores, ties="equal") == [("r0", "r1", None), ("r0", "r2", "tie"), ("r1", "r2", None)]


def test_pairs_do_not_depend_on_the_order_of_rows() -> None:
    """VPL joins two files by position, so that a re-sorted file gives other data."""
    scores = {"r0": {"x": 3.0, "y": 1.0}, "r1": {"x": 1.0, "y": 2.0}, "r2": {"x": 2.0}}
    assert pairs(scores) == pairs(dict(reversed(scores.items())))


def test_scores_are_compared_as_numbers() -> None:
    """MODPO compares ratings of UltraFeedback as texts, where "10" < "9"."""
    assert pairs({"r0": {"x": 10}, "r1": {"x": 9}}) == [("r0", "r1", "first")]


@pytest.mark.parametrize(
    ("pairing", "expected"),
    [
        ("all", [("r0", "r1", "first"), ("r0", "r2", "first"), ("r1", "r2", "first")]),
        ("best_worst", [("r0", "r2", "first")]),
        ("adjacent", [("r0", "r1", "first"), ("r1", "r2", "first")]),
        ("balanced", [("r0", "r1", "first"), ("r0", "r2", "first"), ("r1", "r2", "first")]),
    ],
)
def test_each_pairing_takes_its_pairs(pairing: Pairing, expected: list[tuple[str, ...]]) -> None:
    assert pairs({"r0": {"x": 4}, "r1": {"x": 3}, "r2": {"x": 1}}, pairing) == expected


def test_balanced_pairs_choose_each_model_as_often_as_they_reject_it() -> None:
    assert pairs({"r0": {"x": 4}, "r1": {"x": 1}, "r2": {"x": 4}}, "balanced") == [], "b is never chosen"


def test_a_negative_weight_prefers_the_lower_rating() -> None:
    found = pairs({"r0": {"x": 4}, "r1": {"x": 1}}, weights={"good": -1.0})
    assert found == [("r0", "r1", "first"), ("r0", "r1", "second")]


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"weights": {"charm": 1}}, "charm"),
        ({"attributes": [{"name": "overall", "question": "?"}]}, "overall"),
        ({"attributes": []}, "at least one"),
        ({"think_twice": True}, "compare nothing"),
        ({"attributes": [{"name": "x", "question": "?", "low": 4}]}, "range"),
    ],
)
def test_options_that_contradict_each_other_are_refused(options: dict[str, Any], where: str, recipe: Write) -> None:
    with pytest.raises(RecipeError, match=where):
        pluriset.plan(recipe(PROMPTS, **options))
