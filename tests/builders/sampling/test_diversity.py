import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pluriset
from pluriset.builders.asking import engine
from pluriset.builders.assembly.materialize import write_tables
from pluriset.builders.execution.earlier import Earlier
from pluriset.builders.execution.run import opened
from pluriset.builders.families.values import Values
from pluriset.builders.sampling.diversity import Diversity
from pluriset.schemas.errors import DataError, RecipeError, Stopped, TeacherError, TeacherUnavailable
from pluriset.schemas.manifest import Manifest
from pluriset.schemas.rows.values import Situation
from pluriset.tests.builders.conftest import JUDGED
from pluriset.tests.builders.execution.test_run import asked, digests
from pluriset.tests.servers.scripted_openai import Reply, ScriptedServer, answer, failure

Write = Callable[..., Path]
SITUATIONS = [f"Situation {number}" for number in range(6)]
FAMILY = {"values": {"diversity": {"round": 2, "negatives": 3, "avoid": ["Thrift"]}}}
KNOWN = "Named often enough already; name what else is at stake: "


def respond(body: dict[str, Any]) -> Reply:
    """Lists one value that is named after its situation."""
    said = body["messages"][-1]["content"]
    if "valence" in said:
        return answer(json.dumps(JUDGED))
    text = f"Value of {said.partition('Situation: Situation ')[2][0]}"
    statement = {"text": text, "explanation": "Because."}
    return answer(json.dumps({"answer": {"values": [statement], "rights": [], "duties": []}}))


def build(recipe: Write, out: Path, most: int = 10_000, checked: bool = False) -> Manifest:
    """A build, without its checks and its card unless they are looked at; it is refused after so many answers."""
    left = iter(range(most))
    with ScriptedServer(lambda body: failure(401) if next(left, None) is None else respond(body)) as server:
        model = {"model": "m", "revision": "1", "base_url": server.url}
        made = pluriset.recipe(recipe(SITUATIONS), family=FAMILY, teachers={"main": {"openai": model}})
        if checked:
            return pluriset.build(made, out).manifest
        with opened(made, out) as run:
            run.ask()
            return write_tables(run)


def shown(run: Path) -> dict[str, set[str]]:
    """Situation -> the negative examples that its listing was asked with."""
    lasts = [line["ask"]["messages"][-1]["content"] for line in asked(run) if line["ask"]["role"] == "write"]
    parts = [last.removeprefix("Situation: ").partition(f"\n{KNOWN}") for last in lasts]
    return {text: {*known.split("; ")} for text, _, known in parts}


def test_a_round_sees_the_rounds_before_it_and_real_examples(recipe: Write, tmp_path: Path) -> None:
    build(recipe, out := tmp_path / "run")
    seen = shown(out)
    assert seen["Situation 0"] == seen["Situation 1"] == {"Thrift"}
    assert seen["Situation 2"] == seen["Situation 3"] == {"Thrift", "Value of 0", "Value of 1"}
    assert len(seen["Situation 5"]) == 3 and "Value of 4" not in seen["Situation 5"]


def test_the_same_journal_gives_the_same_bytes(recipe: Write, tmp_path: Path) -> None:
    build(recipe, one := tmp_path / "one")
    (two := tmp_path / "two").mkdir()
    shutil.copytree(one / "journal", two / "journal")
    shutil.copy(one / "recipe.yaml", two / "recipe.yaml")
    assert build(recipe, two).books.requests.sent == 0 and digests(one) == digests(two)


@pytest.mark.parametrize("most", [1, 4, 7])
def test_interrupted_anywhere_it_goes_on_with_the_same_prompts(recipe: Write, tmp_path: Path, most: int) -> None:
    build(recipe, whole := tmp_path / "whole")
    with pytest.raises(TeacherError):
        build(recipe, out := tmp_path / "run", most)
    build(recipe, out)
    assert shown(out) == shown(whole) and digests(out) == digests(whole)


@pytest.mark.parametrize("failures", [1, 2])
def test_an_ask_that_fails_ends_the_build_with_its_round_once(
    recipe: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    monkeypatch.setattr(engine, "BACKOFF", ())
    left = [failure(500)] * failures

    def flaky(body: dict[str, Any]) -> Reply:
        return left.pop() if left and "Situation 0" in body["messages"][-1]["content"] else respond(body)

    with ScriptedServer(flaky) as server:
        model = {"openai": {"model": "m", "revision": "1", "base_url": server.url}}
        made = pluriset.recipe(recipe(SITUATIONS), family=FAMILY, teachers={"main": model})
        with opened(made, tmp_path / "run") as run, pytest.raises(TeacherUnavailable, match="a round lacks answers"):
            run.ask()
        with opened(made, tmp_path / "run") as run:
            run.ask()
            books = write_tables(run).books
    assert books.seeds.built == len(SITUATIONS) - (failures - 1) and books.requests.cached == 2


def test_a_lost_score_of_a_candidate_ends_the_build_with_its_round(
    recipe: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BACKOFF", ())
    left = [failure(500)]

    def flaky(body: dict[str, Any]) -> Reply:
        if "You rate an answer" not in body["messages"][0]["content"]:
            return respond(body)
        return left.pop() if left else answer('{"score": 5}')

    with ScriptedServer(flaky) as server:
        model = {"openai": {"model": "m", "revision": "1", "base_url": server.url}}
        family = {"values": {**FAMILY["values"], "best_of": {"n": 2}}}
        made = pluriset.recipe(recipe(SITUATIONS), family=family, teachers={"main": model})
        with opened(made, tmp_path / "run") as run, pytest.raises(TeacherUnavailable, match="a round lacks answers"):
            run.ask()
        with opened(made, tmp_path / "run") as run:
            run.ask()
            assert write_tables(run).books.seeds.built == len(SITUATIONS)


def test_a_wave_ends_with_its_round(recipe: Write, tmp_path: Path) -> None:
    model = {"openai": {"model": "m", "base_url": "http://127.0.0.1:9/v1", "revision": "1"}}
    made = pluriset.recipe(recipe(SITUATIONS), family=FAMILY, teachers={"main": model})
    with pytest.raises(Stopped, match="2 requests wait"):
        pluriset.build(made, tmp_path / "run", batch="write")


def test_a_row_is_made_again_after_the_rounds_before_it_while_the_source_is_there(
    recipe: Write, tmp_path: Path
) -> None:
    build(recipe, out := tmp_path / "run", checked=True)
    keys = [row.model_dump()["consideration_id"] for row in pluriset.load(out).rows("considerations")]
    assert [pluriset.replay(out, "considerations", key).differs for key in keys] == [[]] * len(SITUATIONS)
    assert KNOWN in pluriset.why(out, "considerations", keys[-1]).model_dump_json()
    seeds = tmp_path / "seeds.jsonl"
    for there in (seeds.read_text().replace(SITUATIONS[-1], "Another"), None):
        seeds.write_text(there) if there else seeds.unlink()
        with pytest.raises(DataError, match="depends on the seeds before it"):
            pluriset.replay(out, "considerations", keys[-1])


def test_a_plan_counts_the_longest_prompts(recipe: Write, tmp_path: Path) -> None:
    plain, diverse = (
        pluriset.plan(pluriset.recipe(recipe(SITUATIONS), family=f), tmp_path) for f in ("values", FAMILY)
    )
    with pytest.raises(RecipeError, match="other rounds than the build"):
        pluriset.estimate(pluriset.recipe(recipe(SITUATIONS), family=FAMILY), tmp_path / "sampled", 2)
    assert diverse.prompt_tokens.most > plain.prompt_tokens.most and diverse.asks == plain.asks


@given(st.text(), st.lists(st.text()), st.integers(1, 5))
def test_what_is_drawn_depends_on_item_and_known_texts_alone(item: str, known: list[str], most: int) -> None:
    diversity = Diversity(negatives=most)
    drawn = diversity.drawn(item, known)
    assert drawn == diversity.drawn(item, known[::-1]) and len({*drawn}) == min(most, len({*known}))


def test_memory_does_not_grow_with_rows() -> None:
    class Numbered(Values):
        def texts_to_avoid(self, rows: Any) -> list[str]:
            return [row.text for row in rows]

    kept, most = [], Numbered.max_remembered
    for _ in range(2):
        earlier = Earlier(Numbered(diversity=Diversity(round=1)))
        for number in range(3 * most):
            earlier.add([Situation(situation_id=str(number), text=str(number), source="test")])
        kept.append(earlier.seen)
    assert kept[0] == kept[1] and len(kept[0]) == most and max(map(int, kept[0])) > 2 * most
