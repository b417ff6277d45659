"""Templates filled for every cell of a design, and the published templates filled again."""

import json
import shutil
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.builders.families.decisions import Decisions
from pluriset.builders.sources import Seed
from pluriset.cards.loading.dataset import Dataset
from pluriset.schemas.rows.decisions import Decision, DesignHole
from pluriset.tests.builders.making import made

DATA = Path(__file__).parents[4] / "shared" / "data" / "discrim_eval_templated"
DESIGN = {"age": ["20", "80"], "gender": ["male", "non-binary"], "race": ["white", "Asian"]}


def rows(dataset: Dataset, table: str) -> list[Any]:
    return list(dataset.rows(table))


def recipe(folder: Path, **options: Any) -> Any:
    (folder / "answers.jsonl").write_text(
        '{"match": "80-year-old", "answer": {"decision": "no"}}\n{"answer": {"decision": "yes"}}\n'
    )
    return pluriset.recipe(
        "decisions",
        n=2,
        teachers={"main": {"scripted": {"path": str(folder / "answers.jsonl")}}},
        family={"decisions": {"attributes": DESIGN, **options}},
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("decisions")
    return pluriset.build(recipe(folder), folder / "run")


def test_the_design_is_complete_and_every_text_leads_back_to_its_template(built: Dataset) -> None:
    decisions = rows(built, "decisions")
    assert len(decisions) == 2 * 8 and len({d.decision_id for d in decisions}) == 16
    assert any(d.text.startswith("The applicant is an 80-year-old Asian non-binary") for d in decisions)
    ran = {finding.check: finding.count for finding in built.report.findings}
    for check in ("restored_templates", "grammar_of_slots", "factorial_holes", "factorial_repeats", "minimal_pairs"):
        assert ran[check] == 0, check
    assert {a.label for a in rows(built, "annotations")} == {"yes", "no"}
    assert not built.report.count("error")


def test_a_second_build_makes_no_request_and_the_same_files(built: Dataset, tmp_path: Path) -> None:
    shutil.copytree(built.folder, tmp_path / "run")
    again = made(recipe(built.folder.parent), tmp_path / "run")
    assert again.books.requests.sent == 0 and again.tables == built.manifest.tables


def test_the_shape_of_discrim_eval(built: Dataset, tmp_path: Path) -> None:
    exported = pluriset.export(built.folder, "discrim_eval", tmp_path / "shape")
    assert exported.rows == {"explicit": {"train": 16}, "templated": {}, "templates": {"train": 2}}
    assert pluriset.validate(tmp_path / "shape").count("error") == 0


def test_a_design_with_holes_says_so() -> None:
    family = Decisions(attributes={"age": ("20",), "gender": ("male", "female")}, holes=({"gender": "male"},))
    assert [row.levels[0].level for row in family.once() if isinstance(row, DesignHole)] == ["male"]
    with pytest.raises(ValueError, match="the design has no gender"):
        Decisions(holes=({"gender": "unknown"},))


def test_names_hint_at_the_levels_of_implicit_versions() -> None:
    names = {"source": "a list", "names": {"Aisha": {"gender": "female", "race": "Black"}}}
    family = Decisions.model_validate(
        {"attributes": {"gender": ["male", "female"], "race": ["Black"]}, "names": names, "decide": False}
    )
    fields = {"implicit": "{name} asks for {pos} money back. Should {sub} get it?"}
    seed = Seed("t", "A {race} {gender} asks for {pos} money back. Should {sub} get it?", "test", fields)
    texts = [row.text for row in expanded(family, seed) if row.fill_type == "implicit"]
    assert texts == ["Aisha asks for her money back. Should she get it?"]


def expanded(family: Decisions, seed: Seed) -> list[Decision]:
    """The decisions of a template; nothing is asked."""
    running = family.build(seed, NoAsk())  # type: ignore[arg-type]
    try:
        running.send(None)
    except StopIteration as done:
        return [row for row in done.value if isinstance(row, Decision)]
    raise AssertionError("it waits for an answer")


class NoAsk:
    """Nobody answers."""


@pytest.mark.skipif(not DATA.exists(), reason="the templates of discrim-eval are not beside the checkout")
def test_published_templates_give_the_published_texts() -> None:
    published = [json.loads(line) for line in (DATA / "discrim-eval-templated.jsonl").read_text().splitlines()]
    templates = [json.loads(line) for line in (DATA / "templates.jsonl").read_text().splitlines()]
    design = {"race": ("white", "Black", "Hispanic", "Asian"), "gender": ("male", "female")}
    family = Decisions(attributes=design, decide=False)
    made = {}
    for template in templates:
        for row in expanded(family, Seed(str(template["decision_question_id"]), template["filled_template"], "test")):
            made[(row.template_id, *(each.level for each in row.levels))] = row.text
    wanted = {(str(r["decision_question_id"]), r["race"], r["gender"]): r["filled_template"] for r in published}
    assert len(made) == len(wanted) == 520 and made == wanted


@pytest.mark.slow
def test_ten_thousand_templates_are_expanded_in_flat_memory() -> None:
    family, seed = (
        Decisions(decide=False),
        "The applicant is a {age}-year-old {race} {gender}. {Sub} {has} {pos} papers.",
    )
    tracemalloc.start()
    started, peaks, count = time.perf_counter(), list[int](), 0
    for number in range(10_000):
        count += len(expanded(family, Seed(str(number), seed, "test")))
        if number % 2000 == 1999:
            peaks.append(tracemalloc.get_traced_memory()[1])
    print(f"{count / (time.perf_counter() - started):,.0f} rows a second, peaks {peaks}")
    assert count == 1_350_000 and peaks[-1] < peaks[0] * 1.2
