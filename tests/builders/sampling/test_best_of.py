import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

import pluriset
from pluriset.builders.scorers.think_twice import Look
from pluriset.cards.loading.open import open_run as opened_run
from pluriset.schemas.errors import RecipeError
from pluriset.schemas.manifest import Manifest
from pluriset.tests.builders.conftest import JUDGED
from pluriset.tests.builders.execution.test_run import asked, digests, rejects
from pluriset.tests.builders.making import made
from pluriset.tests.servers.scripted_openai import Reply, ScriptedServer, answer

Write = Callable[..., Path]
RATINGS = [3, 9, 9, None]
LOOK = {"criteria": ["Logical Reasoning"], "first": "Too short.", "second": "Too long."}


def listing(text: str) -> dict[str, Any]:
    return {"answer": {"values": [{"text": text, "explanation": "Because."}], "rights": [], "duties": []}}


class Script:
    """Lists `Value <n>` in the n-th listing, rates it by its number, prefers the lower number or what stands first."""

    def __init__(self, prefers: str = "lower") -> None:
        self.listings, self.prefers = 0, prefers

    def __call__(self, body: dict[str, Any]) -> Reply:
        return answer(self.said(body["messages"], json.dumps(body["response_format"])))

    def said(self, messages: list[dict[str, str]], schema: str) -> str:
        if '"Listing"' in schema:
            self.listings += 1
            return json.dumps(listing(f"Value {self.listings - 1}"))
        if "score" in schema:
            rated = RATINGS[int(str(messages).partition("Value ")[2][0])]
            return json.dumps({"score": rated}) if rated else "no"
        if "criteria" in schema:
            return json.dumps(LOOK)
        if "verdict" in schema and self.prefers == "none":
            return "no"
        if "verdict" in schema:
            shown = messages[-3]["content"]
            numbers = [int(part[0]) for part in shown.split("Value ")[1:]]
            first = numbers[0] < numbers[1] if self.prefers == "lower" else True
            return json.dumps({"verdict": "first" if first else "second"})
        return json.dumps(JUDGED)


def build(
    recipe: Write, out: Path, family: dict[str, Any], script: Script | None = None, checked: bool = False
) -> Manifest:
    """A build, without its checks and its card unless they are looked at."""
    path = recipe(["Lying to a friend"], curation=None)
    with ScriptedServer(script or Script()) as server:
        model = {"model": "m", "revision": "1", "base_url": server.url, "concurrency": 1}
        asked = pluriset.recipe(path, family={"values": family}, teachers={"main": {"openai": model}})
        return pluriset.build(asked, out).manifest if checked else made(asked, out)


def test_a_preview_shows_the_candidates(recipe: Write, tmp_path: Path) -> None:
    with ScriptedServer(Script()) as server:
        model = {"model": "m", "revision": "1", "base_url": server.url, "concurrency": 1}
        family = {"values": {"best_of": {"n": 2}}}
        asked = pluriset.recipe(recipe(["Lying"]), family=family, teachers={"main": {"openai": model}})
        (row,), _ = pluriset.preview(asked, tmp_path / "run")
    assert row["text"] == "Lying"


def candidates(run: Path) -> list[tuple[Any, ...]]:
    found = pl.read_parquet(run / "data/candidates/*.parquet").sort("sample")
    return found.select("sample", "score", "selected").rows()


def test_the_best_is_taken_by_its_rating_and_all_are_kept(recipe: Write, tmp_path: Path) -> None:
    manifest = build(recipe, out := tmp_path / "run", {"best_of": {"n": 4, "scorer": "rating"}}, checked=True)
    assert manifest.books.imbalances() == [] and manifest.books.requests.sent == 4 + 3 + 3 + 1
    assert candidates(out) == [(0, 3.0, False), (1, 9.0, True), (2, 9.0, False), (3, None, False)]
    assert pl.read_parquet(out / "data/considerations/*.parquet")["text"].to_list() == ["Value 1"]
    given = pl.read_parquet(out / "data/annotations/*.parquet").filter(pl.col("aspect") == "score")
    assert given["score"].to_list() == [3, 9, 9] and given["item_table"].unique().to_list() == ["candidates"]
    assert [row["reason"] for row in rejects(out)] == ["answer does not parse"], "who could not rate is recorded"
    assert not [f for f in opened_run(out).report.findings if f.severity == "error" and f.count]
    row = pl.read_parquet(out / "data/candidates/*.parquet").row(0, named=True)
    assert pluriset.replay(out, "candidates", row["candidate_id"]).differs == []
    before = digests(out)
    assert (
        build(recipe, out, {"best_of": {"n": 4, "scorer": "rating"}}).books.requests.sent == 0
        and digests(out) == before
    )


def test_two_looks_in_both_orders_decide(recipe: Write, tmp_path: Path) -> None:
    family = {"best_of": {"n": 3, "scorer": "think_twice"}}
    manifest = build(recipe, out := tmp_path / "run", family)
    assert candidates(out) == [(0, 1.0, True), (1, 0.5, False), (2, 0.0, False)]
    assert manifest.books.requests.total == 3 + 3 * 2 * 2 + 1 and manifest.books.imbalances() == []
    said = {line["digest"]: json.loads(line["answer"]["text"]) for line in asked(out)}
    scores = pl.read_parquet(out / "data/annotations/*.parquet").filter(pl.col("aspect") == "score")
    assert len(scores) == 3 and all("verdict" in said[digest] for digest in scores["digest"])


def test_a_judge_who_takes_what_stands_first_decides_nothing(recipe: Write, tmp_path: Path) -> None:
    family = {"best_of": {"n": 2, "scorer": "think_twice"}}
    build(recipe, out := tmp_path / "run", family, Script(prefers="first"))
    reasons = [(row["level"], row["reason"]) for row in rejects(out)]
    assert reasons == [("ask", "the orders do not agree"), ("seed", "no candidate was scored")]


def test_equal_candidates_tie_and_nobody_is_asked(recipe: Write, tmp_path: Path) -> None:
    class Repeats(Script):
        def said(self, messages: list[dict[str, str]], schema: str) -> str:
            self.listings = min(self.listings, 1)  # Value 0, and then Value 1 again and again
            return super().said(messages, schema)

    family = {"best_of": {"n": 3, "scorer": "think_twice"}}
    manifest = build(recipe, out := tmp_path / "run", family, Repeats())
    assert candidates(out) == [(0, 1.0, True), (1, 0.25, False), (2, 0.25, False)] and rejects(out) == []
    assert manifest.books.requests.sent == 3 + 4 + 1


def test_an_order_that_fails_leaves_the_other_asked_and_counted(recipe: Write, tmp_path: Path) -> None:
    family = {"best_of": {"n": 2, "scorer": "think_twice"}}
    books = build(recipe, out := tmp_path / "run", family, Script(prefers="none")).books
    assert [row["reason"] for row in rejects(out)] == ["answer does not parse"] * 2 + ["no candidate was scored"]
    assert sum(spent.answers for spent in books.spending) == books.requests.sent, "what was paid is told"


def test_a_reward_function_asks_nobody(recipe: Write, tmp_path: Path) -> None:
    manifest = build(recipe, out := tmp_path / "run", {"best_of": {"n": 2, "scorer": {"distinct": {"n": 1}}}})
    assert manifest.books.requests.total == 2 + 1
    assert [selected for *_, selected in candidates(out)] == [True, False]


@pytest.mark.parametrize(
    ("family", "most"),
    [
        ({"best_of": {"n": 3, "scorer": "rating"}}, 3 + 3 + 9),
        ({"best_of": {"n": 3, "scorer": "think_twice"}}, 3 + 3 * 2 * 2 + 9),
        ({"samples": 3}, 3 + 3 * 9),
    ],
)
def test_a_plan_counts_every_answer_as_another(
    recipe: Write, tmp_path: Path, family: dict[str, Any], most: int
) -> None:
    assert pluriset.plan(pluriset.recipe(recipe(["Lying"]), family={"values": family}), tmp_path).asks.most == most


def test_samples_are_joined(recipe: Write, tmp_path: Path) -> None:
    manifest = build(recipe, out := tmp_path / "run", {"samples": 3})
    assert pl.read_parquet(out / "data/considerations/*.parquet")["text"].to_list() == ["Value 0", "Value 1", "Value 2"]
    assert manifest.books.requests.total == 6 and "candidates" not in manifest.tables


def test_a_sample_that_declines_is_recorded_beside_those_that_list(recipe: Write, tmp_path: Path) -> None:
    class Declines(Script):
        def said(self, messages: list[dict[str, str]], schema: str) -> str:
            first = '"Listing"' in schema and self.listings == 0
            answered = super().said(messages, schema)
            return json.dumps({"answer": {"declined": "I would rather not."}}) if first else answered

    manifest = build(recipe, out := tmp_path / "run", {"samples": 2}, Declines())
    assert manifest.books.imbalances() == [] and manifest.tables["considerations"].rows == 1
    [told] = rejects(out)
    assert (told["level"], told["reason"], told["detail"]) == ("ask", "declined", "I would rather not.")


@pytest.mark.parametrize(
    ("family", "said"),
    [
        ({"best_of": {"n": 2}, "samples": 2}, "set one of the two"),
        ({"best_of": {"n": 2, "scorer": "none_such"}}, "of this name"),
        ({"best_of": {"n": 1}}, "greater than or equal to 2"),
    ],
)
def test_says_what_makes_no_sense(recipe: Write, tmp_path: Path, family: dict[str, Any], said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        build(recipe, tmp_path / "run", family)


@pytest.mark.parametrize(
    "look", [{"criteria": []}, {"criteria": ["Logical Reasoning"] * 2}, {"criteria": ["Style"]}, {"first": " "}]
)
def test_a_look_that_is_not_whole_is_no_look(look: dict[str, Any]) -> None:
    assert Look.model_validate(LOOK)
    with pytest.raises(ValidationError):
        Look.model_validate(LOOK | look)
