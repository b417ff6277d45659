import re
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

import pytest
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from pluriset.builders import curation
from pluriset.builders.convert import repair
from pluriset.schemas.component import find, load, names
from pluriset.schemas.report import problem_line
from pluriset.validators import checks, measures
from pluriset.validators.checks import Check
from pluriset.validators.checks._text_check import TextCheck
from pluriset.validators.findings.evidence import evidence
from pluriset.validators.judging.runner import _scan_texts

TablesOf = Callable[[Mapping[str, Sequence[Mapping[str, Any]]]], dict[str, DuckDBPyRelation]]
CHECKS = names(checks.__name__)


@pytest.mark.parametrize("name", CHECKS)
def test_examples(name: str, tables_of: TablesOf) -> None:
    check: Check = load(checks.__name__, name)
    assert evidence(check.failing(tables_of(check.passes))) == (0, [])
    count, shown = evidence(check.failing(tables_of(check.fails)))
    assert count >= 1
    assert all(list(example)[-1] == "problem" and example["problem"] for example in shown)


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize(("count", "of"), [(1, 0), (1, 1), (1, 40), (3, 0), (3, 40), (1234, 56789)])
def test_the_problem_is_a_sentence_that_leads_with_its_count(name: str, count: int, of: int) -> None:
    check: Check = load(checks.__name__, name)
    line = problem_line(check.problem, count, of, check.unit, dict(check))
    assert line[0].isdigit() if check.unit else line[0].isupper()
    assert len(line) < 160 and line == " ".join(line.split()) and not line.endswith(".")
    assert not set("{}|") & set(line)
    assert problem_line(check.problem, 0, of, check.unit, dict(check)) == ""


@pytest.mark.parametrize("name", CHECKS)
def test_the_verb_of_a_problem_has_two_forms(name: str) -> None:
    check: Check = load(checks.__name__, name)
    assert re.match(r"\w+\|\w+ " if check.unit else r"[A-Z]\w+ ", check.problem)


def test_the_problem_agrees_with_its_count() -> None:
    few: Check = load(checks.__name__, {"considered": None})
    lines = [problem_line(few.problem, count, of, few.unit) for count, of in ((4, 16), (1, 16), (1, 1), (1, 0), (2, 0))]
    assert lines == [
        "4 of 16 situations have no considerations",
        "1 of 16 situations has no considerations",
        "1 of 1 situation has no considerations",
        "1 situation has no considerations",
        "2 situations have no considerations",
    ]


@pytest.mark.parametrize("package", [checks, measures], ids=["checks", "measures"])
def test_the_summary_of_a_component_is_a_short_line(package: ModuleType) -> None:
    lines = {name: (find(package.__name__, name).__doc__ or "").partition("\n")[0] for name in names(package.__name__)}
    assert {name: line for name, line in lines.items() if not 10 < len(line) <= 100 or line[-1] != "."} == {}


@pytest.mark.parametrize("name", CHECKS)
def test_examples_have_what_the_check_needs(name: str) -> None:
    check: Check = load(checks.__name__, name)
    for example in (check.passes, check.fails):
        for table in example.keys() | check.needs.keys():
            needed, useful = set(check.needs.get(table, ())), set(check.may_use.get(table, ()))
            has = {column for row in example[table] for column in row}
            assert needed <= has and (table == "*" or has <= needed | useful)
        assert check.table in example
    assert {*check.per} <= {*check.needs[check.table]}


@pytest.mark.parametrize("name", CHECKS)
def test_what_is_suggested_can_be_done(name: str) -> None:
    check: Check = load(checks.__name__, name)
    assert check.repair in {None, *names(curation.__name__)}
    assert check.auto_repairable == (check.repair in repair.repairs())


@pytest.mark.parametrize(
    ("explanation", "problem"),
    [
        ("trust!", "repeats the text"),
        ("Friends rely on", "does not end as a sentence"),
        ("Speaking as an AI model, it matters.", "mentions being a model"),
        ("It matters to {name}.", "has a template slot"),
        ("{", "does not end as a sentence; has a template slot"),
        ("友達が大切です。", None),
        ("Es ist wichtig.“", None),
        ("Он сказал: «Так надо!»", None),
        ("Is it? **Yes.** ", None),
        ("ይህ አስፈላጊ ነው።", None),
        ("เป็นเรื่องของความไว้ใจ", None),
        ("It helps an airline.", None),
    ],
)
def test_explanation(explanation: str, problem: str | None, tables_of: TablesOf) -> None:
    check = load(checks.__name__, "explanation_hygiene")
    row = {"consideration_id": "1", "text": "Trust", "explanation": explanation}
    _, shown = evidence(check.failing(tables_of({"considerations": [row]})))
    assert [found["problem"] for found in shown] == ([problem] if problem else [])


def test_an_address_is_shown_masked_with_what_is_around_it(tables_of: TablesOf) -> None:
    rows = [{"_row": 1, "text": f"{'Long before. ' * 50}Write to jo@mail.hospital.org today.{' Long after.' * 50}"}]
    [(_, _, problem)] = load(checks.__name__, "contact_details").failing(tables_of({"*": rows})).fetchall()
    assert "Write to [email] today." in problem and len(problem) < 80


def test_every_repeat_but_the_first_fails(tables_of: TablesOf) -> None:
    said = ["Care", "care.", "CARE", "Ｃａｒｅ", "Caring"]
    tables = tables_of(
        {
            "situations": [{"situation_id": "a", "text": "Lying"}],
            "considerations": [
                {"consideration_id": str(i), "situation_id": "a", "kind": "value", "text": text}
                for i, text in enumerate(said)
            ],
        }
    )
    found = load(checks.__name__, "repeated_consideration").failing(tables).order("consideration_id").fetchall()
    assert found == [(str(i), "the same as 0") for i in (1, 2, 3)]


def test_few_says_what_is_missing(tables_of: TablesOf) -> None:
    check = load(checks.__name__, {"few_considerations": {"min_considerations": 2}})
    tables = tables_of(
        {
            "situations": [{"situation_id": "a"}],
            "considerations": [{"situation_id": "a", "kind": "right"}],
        }
    )
    assert check.failing(tables).fetchall() == [("a", "1 of 2 considerations; no value; no duty")]


def test_leak_through_considerations_alone(tables_of: TablesOf) -> None:
    check = load(checks.__name__, "situation_leak")
    example = {**check.passes, "considerations": [{"situation_id": "b", "split": "train"}]}
    assert check.failing(tables_of(example)).fetchall() == [("b", "in test, train")]


def test_a_rounded_score_recomputes_and_another_does_not(tables_of: TablesOf) -> None:
    check = load(checks.__name__, "aggregates_recompute")
    item = {"item_table": "considerations", "item_id": "c", "aspect": "relevance"}
    annotations = [{**item, "label": label, "score": None} for label in ("yes", "yes", "no")]
    mean: dict[str, Any] = {**item, "rule": "mean", "label": None, "distribution": [], "n": 3, "abstained": 0}
    given = [{**mean, "score": score} for score in (2 / 3, 0.66, None)] + [{**mean, "item_id": "d", "score": 0.5}]
    found = check.failing(tables_of({"annotations": annotations, "aggregates": given})).fetchall()
    assert sorted(row[1] for row in found) == ["c", "c", "d"]
    assert [row[-1] for row in found if row[1] == "d"] == ["no annotations"]


def found(name: str, tables: dict[str, DuckDBPyRelation]) -> list[tuple[object, ...]]:
    check: Check = load(checks.__name__, name)
    return check.failing(tables).fetchall()


def test_a_few_items_judged_twice_to_see_how_far_people_agree(tables_of: TablesOf) -> None:
    judged = [{"item_table": "items", "item_id": f"{n % 97}", "aspect": "harm"} for n in range(100)]
    assert found("annotation_count", tables_of({"annotations": judged})) == []


def test_a_prompt_that_several_people_had_has_pairs_of_each(tables_of: TablesOf) -> None:
    who = {n: "xy" if n < 2 else "x" for n in range(30)}
    pairs = [{"prompt": f"{n}", "annotator_id": one} for n in range(30) for one in who[n] for _ in "12"]
    assert found("pair_count", tables_of({"pairs": pairs})) == []


def test_yes_and_no_are_not_told_by_their_length(tables_of: TablesOf) -> None:
    said = [(f"{n}", text, (text == "yes") == (n % 3 > 0)) for n in range(120) for text in ("yes", "no")]
    options = [{"item_id": item, "text": text, "gold": gold} for item, text, gold in said]
    assert found("gold_length", tables_of({"choices": options})) == []


@pytest.mark.parametrize("turned", [False, True])
def test_a_text_is_in_all_its_splits(tables_of: TablesOf, turned: bool) -> None:
    passes = load(checks.__name__, "split_leak_similar").passes["items"]
    hers, his = ({**row, "item_id": str(at)} for at, row in enumerate(passes))
    rows = [{**hers, "split": "train"}, {**hers, "split": "test"}, {**his, "split": "train"}]
    problems = found("split_leak_similar", tables_of({"items": rows[::-1] if turned else rows}))
    assert problems == [("1", "train", "nearly identical to 0 in test, train")]


class Broken(TextCheck):
    """No text breaks DuckDB."""

    def matches(self, value: str) -> str:
        return f"no_such({value})"

    def describe(self, value: str) -> str:
        return value


def test_the_check_of_texts_that_cannot_run_is_skipped_alone(connection: DuckDBPyConnection) -> None:
    rows = connection.sql("SELECT 1 AS _row, 'itâ€™s' AS text")
    assert _scan_texts([rows], {"broken": Broken(), "mojibake": load(checks.__name__, "mojibake")}) == [{}]
    assert found("mojibake", {"*": rows}) == [(1, "text", "itâ€™s")]
