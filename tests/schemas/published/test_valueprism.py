from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pluriset.schemas.projections import arrow_schema
from pluriset.schemas.published.valueprism import Full, Pair, ValencePair, ValuePrism
from pluriset.schemas.published_dataset import REJECTS
from pluriset.schemas.row import Row, columns
from pluriset.schemas.rows.shared import Aggregate, Annotation, Annotator
from pluriset.schemas.rows.values import TABLES, Consideration, Situation
from pluriset.validators.stats.aggregates import aggregates
from pluriset.validators.tables.normalise import norm
from pluriset.validators.tables.sql import connect

Rows = list[dict[str, Any]]

SLOW = settings(max_examples=10, suppress_health_check=list(HealthCheck))
HOSTILE = (
    "Honesty: always",
    'He said "no"',
    "a, b;\tc",
    "line\nbreak\r\nand",
    "<b>&amp;</b>",
    "{0}{1}%s",
    "None",
    "'; --",
)


def texts(size: int) -> st.SearchStrategy[str]:
    plain = st.text(st.characters(codec="utf-8"), min_size=1, max_size=size)
    return (st.sampled_from(HOSTILE) | plain).filter(lambda text: any(c.isascii() and c.isalnum() for c in text))


FULL: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    situation=texts(30),
    vrd=st.sampled_from(["Value", "Right", "Duty"]),
    text=texts(20),
    explanation=texts(40),
    valence=st.sampled_from(["Supports", "Opposes", "Either"]),
)


def theirs(connection: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    connection.execute("CREATE SCHEMA theirs")
    names = ["split", *(column.name for column in columns(Full))]
    found = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})
    connection.register("_given", found)
    connection.execute('CREATE TABLE theirs."full" AS FROM _given')


def ours(connection: duckdb.DuckDBPyConnection, tables: dict[str, list[tuple[str, Row]]]) -> None:
    connection.execute("CREATE SCHEMA ours")
    for table, row_type in TABLES.items():
        rows = [{"split": split, **row.model_dump()} for split, row in tables.get(table, [])]
        schema = arrow_schema(row_type).append(pa.field("split", pa.string()))
        connection.register("_given", pa.Table.from_pylist(rows, schema))
        connection.execute(f"CREATE TABLE ours.{table} AS FROM _given")


def dicts(connection: duckdb.DuckDBPyConnection, table: str) -> Rows:
    found = connection.sql(f"FROM {table}")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def said(row: dict[str, Any]) -> tuple[str, str, str]:
    return norm(row["situation"]), row["vrd"], norm(row["text"])


def translated(connection: duckdb.DuckDBPyConnection, shape: ValuePrism) -> dict[str, Rows]:
    for statement in shape.from_tables().statements("theirs"):
        connection.execute(statement)
    for rule in shape.rules.values():
        assert connection.sql(rule.select).fetchall() == [], rule.rule
    return {config: dicts(connection, f'theirs."{config}"') for config in shape.configs} | {
        "rejects": dicts(connection, REJECTS)
    }


# To our tables and back


@SLOW
@given(st.lists(FULL, min_size=3, max_size=30, unique_by=said), st.randoms(use_true_random=False))
def test_full_comes_back_as_it_was(rows: Rows, draw: random.Random) -> None:
    splits = {
        about: draw.choice(["train", "val", "test"]) for about in sorted({norm(row["situation"]) for row in rows})
    }
    rows = [{"split": splits[norm(row["situation"])], **row} for row in rows]
    with connect() as there, connect() as back:
        theirs(there, rows)
        for statement in ValuePrism().to_tables().statements("ours"):
            there.execute(statement)
        assert dicts(there, REJECTS) == []
        ours(
            back,
            {table: typed(there, table) for table in ("situations", "considerations", "annotators", "annotations")},
        )
        back.execute("DROP TABLE ours.aggregates")
        made = aggregates(back.table("ours.annotations"), {"valence": ["majority"]})
        made.select("*, 'train' AS split").create("ours.aggregates")
        again = translated(back, ValuePrism())["full"]
    assert Counter(tuple(sorted(row.items())) for row in again) == Counter(tuple(sorted(row.items())) for row in rows)


def typed(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, Row]]:
    """The rows of a table as their row type has them: what is made of published rows is valid."""
    rows = dicts(connection, f"ours.{table}")
    return [(row.pop("split"), TABLES[table].model_validate(row)) for row in rows]


def test_published_defects_become_rejects_or_disagreement() -> None:
    good = {"split": "train", "situation": "Lying", "vrd": "Value", "text": "Honesty", "explanation": "It is."}
    rows: Rows = [
        {**good, "valence": "Supports"},
        {**good, "vrd": " value ", "text": "honesty.", "explanation": "Other.", "valence": "OPPOSES"},
        {**good, "text": None, "valence": "Supports"},
        {**good, "situation": " \n", "valence": "Supports"},
        {**good, "explanation": "", "valence": "Supports"},
        {**good, "vrd": "Virtue", "valence": "Supports"},
        {**good, "valence": None},
        {**good, "split": "val", "valence": "Either"},
    ]
    with connect() as connection:
        theirs(connection, rows)
        for statement in ValuePrism().to_tables().statements("ours"):
            connection.execute(statement)
        rejected = {row["key"]: row["reason"] for row in dicts(connection, REJECTS)}
        considerations, annotations = dicts(connection, "ours.considerations"), dicts(connection, "ours.annotations")
        situations = dicts(connection, "ours.situations")
    assert rejected == {
        "full 2": "duplicate in listing",
        "full 3": "the text is missing",
        "full 4": "the situation is missing",
        "full 5": "the explanation is missing",
        "full 6": "neither value, right nor duty",
        "full 7": "no such valence",
    }
    assert [(row["split"], row["explanation"]) for row in considerations] == [
        ("train", "It is."),
        ("validation", "It is."),
    ]
    # Two valences of one statement are two judgements, and a leak between splits stays visible.
    assert [(row["sample"], row["label"]) for row in annotations] == [(0, "supports"), (1, "opposes"), (0, "either")]
    assert [(row["split"], row["text"]) for row in situations] == [("train", "Lying"), ("validation", "Lying")]


# From our tables


class Made:
    """Tables of the family, said in few words."""

    def __init__(self) -> None:
        self.tables: dict[str, list[tuple[str, Row]]] = {table: [] for table in TABLES}
        self.tables["annotators"].append(("train", Annotator(annotator_id="a", kind="model")))

    def situation(self, key: str, text: str | None = None, split: str = "train") -> None:
        self.tables["situations"].append((split, Situation(situation_id=key, text=text or f"Doing {key}", source="s")))

    def says(
        self,
        key: str,
        about: str,
        kind: str,
        text: str,
        votes: str = "supports",
        relevance: float | None = 1.0,
    ) -> None:
        """A consideration, with the votes on its valence and its mean relevance."""
        row = Consideration.model_validate(
            {"consideration_id": key, "situation_id": about, "kind": kind, "text": text, "explanation": f"{text}.",
             "writer_id": "a"}
        )  # fmt: skip
        self.tables["considerations"].append(("train", row))
        for sample, label in enumerate(votes.split()):
            judged = Annotation(
                item_table="considerations", item_id=key, annotator_id="a", aspect="valence", sample=sample,
                label=label, options=[],
            )  # fmt: skip
            self.tables["annotations"].append(("train", judged))
        if relevance is not None:
            mean = Aggregate(
                item_table="considerations", item_id=key, aspect="relevance", rule="mean", score=relevance,
                distribution=[], n=1, abstained=0,
            )  # fmt: skip
            self.tables["aggregates"].append(("train", mean))

    def exported(self, shape: ValuePrism | None = None, shuffled: int | None = None) -> dict[str, Rows]:
        if shuffled is not None:
            for rows in self.tables.values():
                random.Random(shuffled).shuffle(rows)
        with connect() as connection:
            ours(connection, self.tables)
            made = aggregates(connection.table("ours.annotations"), {"valence": ["majority"]})
            made.select("*, 'train' AS split").insert_into("ours.aggregates")
            return translated(connection, shape or ValuePrism())


def test_one_valence_is_the_majority_or_the_row_is_left_out_with_a_reason() -> None:
    made = Made()
    made.situation("s")
    for key, votes in {
        "clear": "supports supports opposes", "mixed": "either", "tied": "supports opposes",
        "silent": "abstain abstain", "unasked": "", "alone": "abstain opposes",
    }.items():  # fmt: skip
        made.says(key, "s", "value", key, votes)
    found = made.exported()
    assert {row["text"]: row["valence"] for row in found["full"]} == {
        "clear": "Supports", "mixed": "Either", "alone": "Opposes",
    }  # fmt: skip
    left = {row["key"]: row["reason"] for row in found["rejects"] if row["step"] == "full"}
    assert left == {
        "tied": "the majority of its valence is a tie",
        "silent": "all abstained on its valence",
        "unasked": "nobody judged its valence",
    }


def test_a_situation_is_in_one_split_and_a_statement_in_one_row() -> None:
    made = Made()
    made.situation("a", "Telling a lie", "train")
    made.situation("b", "telling a lie!", "test")
    made.situation("c", "TELLING A LIE", "test")
    made.situation("d", "Walking", "strange")
    made.situation("e", "Running", "train")
    made.says("a1", "a", "value", "Honesty")
    made.says("b1", "b", "value", "Honesty")
    made.says("c1", "c", "value", "honesty.")
    made.says("b2", "b", "duty", "Duty to tell", "supports")
    made.says("c2", "c", "duty", "Duty to tell", "opposes")
    made.says("d1", "d", "value", "Health")
    found = made.exported()
    assert [(row["split"], row["situation"], row["text"]) for row in found["full"]] == [
        ("test", "telling a lie!", "Honesty")
    ]
    left = {row["key"]: (row["reason"], row["kept_key"]) for row in found["rejects"] if row["step"] == "full"}
    assert left == {
        "a1": ("its situation is in another split too", None),
        "c1": ("duplicate in listing", "b1"),
        "b2": ("listed again with another valence", None),
        "c2": ("listed again with another valence", None),
        "d1": ("its split has no name in this shape", None),
        **dict.fromkeys("acde", ("none of its considerations is left", None)),
    }


def test_tasks_are_made_of_full() -> None:
    made = Made()
    made.situation("s", "Asking {0}: why?", "validation")
    made.situation("t", "Doing nothing", "validation")
    made.says("c", "s", "right", "Right to ask: always, {1}", "either")
    made.says("d", "t", "duty", "Duty to act", "opposes")
    found = made.exported()
    first = {config: found[config][0] for config in ValuePrism.configs}
    assert {row["split"] for config in ValuePrism.configs for row in found[config]} == {"val"}
    assert first["generative"]["output"] == "Right: Right to ask: always, {1}"
    assert first["explanation"]["output"] == "Right to ask: always, {1}."
    assert (first["valence"]["output"], first["valence"]["valence"]) == ("Either", "Either")
    assert first["valence"]["input"].endswith("Situation: Asking {0}: why?\nRight: Right to ask: always, {1}")
    assert "Right to ask" not in first["generative"]["input"]
    # Neither has a statement of the same kind elsewhere, so the other kind is taken.
    assert {(row["situation"], row["text"], row["output"]) for row in found["relevance"]} == {
        ("Asking {0}: why?", "Right to ask: always, {1}", "Yes"),
        ("Asking {0}: why?", "Duty to act", "No"),
        ("Doing nothing", "Duty to act", "Yes"),
        ("Doing nothing", "Right to ask: always, {1}", "No"),
    }
    tasks = [row for config in ("generative", "relevance", "explanation", "valence") for row in found[config]]
    assert sorted(row["output"] for row in tasks) == sorted(row["output"] for row in found["mixture"])
    types: dict[str, type[Row]] = {"full": Full, "generative": Pair, "relevance": Pair, "valence": ValencePair}
    for config, row_type in types.items():
        for row in found[config]:
            row_type.model_validate({name: value for name, value in row.items() if name != "split"})


def test_what_is_not_relevant_or_cannot_be_paired_is_reported() -> None:
    made = Made()
    made.situation("s")
    made.situation("t")
    made.situation("alone", split="test")
    made.says("half", "s", "value", "Peace", relevance=0.5)
    made.says("low", "s", "value", "Order", relevance=0.49)
    made.says("none", "s", "value", "Beauty", relevance=None)
    made.says("same", "t", "value", "peace", relevance=1.0)
    made.says("lonely", "alone", "value", "Calm", relevance=1.0)
    found = made.exported()
    left = {row["key"]: row["reason"] for row in found["rejects"]}
    assert left == {
        "low": "mean relevance is below 0.5",
        "none": "nobody judged its relevance",
        # All that `t` lists is listed for `s` too, and there is no other situation in the split of `alone`.
        "half": "no statement of another situation to pair it with",
        "lonely": "no statement of another situation to pair it with",
    }
    assert {(row["situation"], row["output"]) for row in found["relevance"]} == {("Doing t", "Yes"), ("Doing t", "No")}
    assert len(found["full"]) == len(found["generative"]) == 5


@pytest.mark.parametrize("text", ["Peace", "peace.", "ＰＥＡＣＥ"])
def test_a_tied_statement_is_no_negative_of_its_own_situation(text: str) -> None:
    made = Made()
    made.situation("s")
    made.situation("t")
    made.says("kept", "s", "value", "Truth")
    made.says("tied", "s", "value", "Peace", "supports opposes")
    made.says("other", "t", "value", text)
    found = made.exported()
    assert [row["output"] for row in found["relevance"] if row["situation"] == "Doing s"] == []


SAID = st.tuples(
    st.integers(0, 5),
    st.sampled_from(["value", "right", "duty"]),
    st.sampled_from("abcdefgh"),
    st.sampled_from([1.0, 0.2]),
)


@SLOW
@given(
    st.lists(SAID, min_size=4, max_size=60, unique_by=lambda s: s[:3]), st.lists(st.booleans(), min_size=6, max_size=6)
)
def test_negatives_by_their_definition(said: list[tuple[int, str, str, float]], tested: list[bool]) -> None:
    made = Made()
    for number, in_test in enumerate(tested):
        made.situation(f"s{number}", split="test" if in_test else "train")
    for number, kind, text, relevance in said:
        made.says(f"{number}-{kind}-{text}", f"s{number}", kind, text, relevance=relevance)
    found = made.exported()
    listed = {(f"Doing s{number}", kind.capitalize(), text) for number, kind, text, _ in said}
    yes, no = asked(found["relevance"], "Yes"), asked(found["relevance"], "No")
    unpaired = {row["key"] for row in found["rejects"] if row["reason"].startswith("no statement of another")}
    relevant = {f"{number}-{kind}-{text}": f"Doing s{number}" for number, kind, text, score in said if score >= 0.5}
    assert len(yes) + len(unpaired) == len(relevant)
    assert len(no) == len(set(no)) and not set(no) & listed and set(yes) <= listed
    assert Counter(situation for situation, _, _ in yes) == Counter(situation for situation, _, _ in no)
    for split, situation in {(row["split"], row["situation"]) for row in found["full"]}:
        elsewhere = {
            (r["vrd"], r["text"]) for r in found["full"] if r["split"] == split and r["situation"] != situation
        }
        free = {(vrd, text) for vrd, text in elsewhere if (situation, vrd, text) not in listed}
        wanted = Counter(key.split("-")[1].capitalize() for key, about in relevant.items() if about == situation)
        got = Counter(vrd for about, vrd, _ in no if about == situation)
        # With so few rows every candidate is looked at: the same kind as far as it goes, then any other.
        assert sum(got.values()) == min(wanted.total(), len(free))
        for kind, count in wanted.items():
            assert got[kind] >= min(count, sum(1 for vrd, _ in free if vrd == kind))


def asked(rows: Sequence[dict[str, Any]], output: str) -> list[tuple[str, str, str]]:
    return [(row["situation"], row["vrd"], row["text"]) for row in rows if row["output"] == output]


def test_negatives_depend_on_the_seed_and_not_on_the_order_of_rows() -> None:
    def many() -> Made:
        made = Made()
        for number in range(30):
            made.situation(f"s{number:02}")
            made.says(f"c{number:02}", f"s{number:02}", "value", f"Value {number}")
        return made

    first, again, other = many().exported(), many().exported(shuffled=3), many().exported(ValuePrism(seed=1))
    assert first == again
    assert first["relevance"] != other["relevance"] and first["mixture"] != other["mixture"]
    assert first["full"] == other["full"]
    assert len(set(asked(first["relevance"], "No"))) == 30
