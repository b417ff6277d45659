"""Formats of preference pairs: what each has of the same pairs, and what none of them makes up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest

from pluriset.schemas.component import load
from pluriset.schemas.projections import arrow_schema
from pluriset.schemas.published_dataset import REJECTS, PublishedDataset
from pluriset.schemas.row import Row, columns
from pluriset.schemas.rows import critiques
from pluriset.schemas.rows.preferences import TABLES
from pluriset.validators.tables.sql import connect

Rows = list[dict[str, Any]]
TEXTS = ("Ask her first.", 'He\'s sure: "go"', "Wait a day.")
SCORED = {"first_score": 4.0, "second_score": 1.0, "margin": 3.0, "n": 3}


def pair(first: int, second: int, objective: str, preferred: str | None, **more: Any) -> dict[str, Any]:
    return {
        "pair_id": f"{first}/{second}/{objective}",
        "prompt_id": "p",
        "first_id": str(first),
        "second_id": str(second),
        "objective": objective,
        "preferred": preferred,
        "distribution": [{"label": preferred, "share": 1.0}] if preferred else [],
        "basis": [],
        **more,
    }


TABLES_OF_RUN: dict[str, Rows] = {
    "prompts": [
        {
            "prompt_id": "p",
            "text": "And now?",
            "turns": [{"role": "user", "content": "Should I go?"}, {"role": "assistant", "content": "Why?"}],
            "source": "s",
        }
    ],
    "responses": [
        {"response_id": str(place), "prompt_id": "p", "place": place, "text": text, "model": f"m{place}", "sample": 0}
        for place, text in enumerate(TEXTS)
    ],
    "pairs": [
        pair(0, 1, "helpfulness", "first", agreement=1.0, **SCORED),
        pair(0, 1, "harmlessness", "second", agreement=0.6, margin=1.0, first_score=1.0, second_score=2.0, n=3),
        pair(1, 2, "helpfulness", "tie", **{**SCORED, "second_score": 4.0, "margin": 0.0}),
        pair(0, 2, "helpfulness", None, **SCORED),
        pair(0, 2, "preference", "incomparable", n=2),
    ],
}


def exported(
    spec: Any, tables: dict[str, Rows] = TABLES_OF_RUN, types: Mapping[str, type[Row]] = TABLES
) -> tuple[dict[str, Rows], dict[str, str]]:
    """Config -> rows of an export, and key -> reason of what was left out."""
    shape: PublishedDataset = load("pluriset.schemas.published", spec)
    with connect() as connection:
        connection.execute("CREATE SCHEMA ours")
        for table, row_type in types.items():
            schema = arrow_schema(row_type).append(pa.field("split", pa.string()))
            rows = [{"split": "train", **row} for row in tables.get(table, [])]
            connection.register("_given", pa.Table.from_pylist(rows, schema))
            connection.execute(f"CREATE TABLE ours.{table} AS FROM _given")
        for statement in shape.from_tables().statements("theirs"):
            connection.execute(statement)
        found = {
            config: connection.sql(
                f'SELECT {", ".join(column.name for column in columns(part.row))} FROM theirs."{config}"'
            )
            .to_arrow_table()
            .to_pylist()
            for config, part in shape.configs.items()
        }
        left_out = dict(connection.sql(f"SELECT key, reason FROM {REJECTS}").fetchall())
    return found, left_out


CHAT = [
    {"role": "user", "content": "Should I go?"},
    {"role": "assistant", "content": "Why?"},
    {"role": "user", "content": "And now?"},
]


def message(place: int) -> Rows:
    return [{"role": "assistant", "content": TEXTS[place]}]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("trl_explicit", {"prompt": "And now?", "chosen": TEXTS[0], "rejected": TEXTS[1]}),
        ("trl_explicit_chat", {"prompt": CHAT, "chosen": message(0), "rejected": message(1)}),
        ("trl_implicit", {"chosen": f"And now?\n\n{TEXTS[0]}", "rejected": f"And now?\n\n{TEXTS[1]}"}),
        ("trl_implicit_chat", {"chosen": CHAT + message(0), "rejected": CHAT + message(1)}),
        ("trl_margin", {"chosen": CHAT + message(0), "rejected": CHAT + message(1), "margin": 3.0}),
        ("micro", {"chosen": TEXTS[0], "chosen_index": 0, "chosen_rating": 4.0, "attribute": "helpfulness"}),
        ("hh", {"chosen": f"\n\nHuman: Should I go?\n\nAssistant: Why?\n\nHuman: And now?\n\nAssistant: {TEXTS[0]}"}),
        (
            "modpo",
            {
                "objectives": ["harmlessness", "helpfulness"],
                "chosen_rewards": [1.0, 4.0],
                "rejected_rewards": [2.0, 1.0],
            },
        ),
    ],
)
def test_a_decided_pair_has_its_chosen_and_rejected_response(name: str, expected: dict[str, Any]) -> None:
    found, left_out = exported({name: {"objective": "helpfulness"}})
    (row,) = found["default"]
    assert {column: row[column] for column in expected} == expected
    assert left_out == {
        "1/2/helpfulness": "a tie",
        "0/2/helpfulness": "the annotators do not decide it",
        "0/1/harmlessness": "another objective",
        "0/2/preference": "another objective",
    }


def test_a_pair_that_is_reversed_under_another_objective_is_in_both_directions() -> None:
    found, left_out = exported("trl_explicit")
    assert [(row["objective"], row["chosen"]) for row in found["default"]] == [
        ("harmlessness", TEXTS[1]),
        ("helpfulness", TEXTS[0]),
    ]
    assert left_out["0/2/preference"] == "incomparable"


def test_pairs_with_less_agreement_or_margin_are_left_out() -> None:
    _, left_out = exported({"trl_explicit": {"min_agreement": 0.8}})
    assert left_out["0/1/harmlessness"] == "agreement below the minimum"
    _, left_out = exported({"trl_explicit": {"min_margin": 2}})
    assert left_out["0/1/harmlessness"] == "margin below the minimum"


@pytest.mark.parametrize("name", ["trl_unpaired", "trl_unpaired_chat"])
def test_a_response_that_is_chosen_and_rejected_has_no_label(name: str) -> None:
    pairs = [pair(0, 1, "good", "first"), pair(1, 2, "good", "first")]
    found, left_out = exported(name, {**TABLES_OF_RUN, "pairs": pairs})
    labels = [(row["completion"], row["label"]) for row in found["default"]]
    texts = [(text if name == "trl_unpaired" else message(place)) for place, text in enumerate(TEXTS)]
    assert labels == [(texts[0], True), (texts[2], False)]
    assert left_out == {"1": "chosen in one pair and rejected in another"}


def test_safe_pairs_have_a_better_and_a_safer_response() -> None:
    found, left_out = exported({"pku_saferlhf": {"safe_from": 2}})
    (row,) = found["default"]
    assert (row["better_response_id"], row["safer_response_id"]) == (0, 1)
    assert (row["is_response_0_safe"], row["is_response_1_safe"]) == (False, True)
    assert {*left_out} == {"1/2/helpfulness", "0/2/helpfulness"}


def test_soft_labels_keep_ties_and_incomparable_pairs() -> None:
    found, left_out = exported("soft_labels")
    shares = {row["pair_id"]: (row["first_share"], row["tie_share"], row["other_share"]) for row in found["default"]}
    assert shares["1/2/helpfulness"] == (0, 1, 0) and shares["0/2/preference"] == (0, 0, 1)
    assert left_out == {}


def test_lmflow_has_the_best_response_to_each_prompt_in_one_object() -> None:
    found, _ = exported({"lmflow": {"objective": "helpfulness"}})
    (row,) = found["text2text"]
    assert row == {"type": "text2text", "instances": [{"input": "And now?", "output": TEXTS[0]}]}
    assert found["paired"][0]["positive"].endswith(TEXTS[0])


def test_annotators_keep_their_verdicts_ratings_and_attributes() -> None:
    given = {"annotator_id": "a", "sample": 1, "options": ["second", "first"], "digest": ""}
    compared = {"item_table": "comparisons", "item_id": "c", **given}
    tables = {
        **TABLES_OF_RUN,
        "comparisons": [{"comparison_id": "c", "prompt_id": "p", "first_id": "0", "second_id": "1"}],
        "annotators": [{"annotator_id": "a", "kind": "human", "country": "Ghana"}],
        "annotations": [
            {**compared, "aspect": "preference", "label": "second"},
            {**compared, "aspect": "strength", "score": 2.0},
            {"item_table": "responses", "item_id": "0", **given, "aspect": "helpfulness", "score": 3.0},
        ],
    }
    found, _ = exported("annotator_labels", tables)
    (verdict,), (rating,) = found["verdicts"], found["ratings"]
    assert (verdict["verdict"], verdict["strength"], verdict["first_shown_first"]) == ("second", 2.0, False)
    assert (rating["score"], rating["country"], rating["response"]) == (3.0, "Ghana", TEXTS[0])


def rating(place: int, who: str, aspect: str, score: float) -> dict[str, Any]:
    return {"item_table": "responses", "item_id": str(place), "annotator_id": who, "aspect": aspect, "score": score,
            "sample": 0, "options": [], "digest": ""}  # fmt: skip


def test_helpsteer_rows_are_paired_by_prompt_and_not_by_adjacency() -> None:
    """Batches by adjacency pair responses to different prompts as soon as a prompt has one response or three."""
    attributes = ("helpfulness", "correctness", "coherence", "complexity", "verbosity")
    other = {**TABLES_OF_RUN["prompts"][0], "prompt_id": "q", "text": "Alone?"}
    alone = {**TABLES_OF_RUN["responses"][0], "response_id": "9", "prompt_id": "q"}
    tables = {
        "prompts": [other, *TABLES_OF_RUN["prompts"]],
        "responses": [alone, *TABLES_OF_RUN["responses"]],
        "annotations": [
            rating(place, who, name, score)
            for place in (0, 1, 2, 9)
            for who, score in (("x", 2), ("y", 2), ("z", 3))
            for name in attributes
        ],
    }
    found, left_out = exported("helpsteer", tables)
    assert [(row["prompt"], row["response"], row["helpfulness"]) for row in found["ratings"]] == [
        ("And now?", TEXTS[0], 2),
        ("And now?", TEXTS[1], 2),
    ]
    assert left_out == {
        "9": "the only rated response to its prompt",
        "2": "the third or a later response to its prompt",
    }


@pytest.mark.parametrize(
    ("scores", "strength", "statement"),
    [
        ((-3.0, -2.0, -3.0), -3, "Response 1 is much better than Response 2"),
        ((1.0, 0.0, 1.0), 1, "Response 2 is slightly better than Response 1"),
        ((1.0, -1.0), 0, "Response 1 and Response 2 are about the same"),
    ],
)
def test_helpsteer_strength_is_of_the_pair_and_keeps_its_sign(
    scores: tuple[float, ...], strength: int, statement: str
) -> None:
    """One strength for the pair, not one for each of its rows; a strength of 0 keeps its row."""
    tables = {
        **TABLES_OF_RUN,
        "comparisons": [{"comparison_id": "c", "prompt_id": "p", "first_id": "0", "second_id": "1"}],
        "annotations": [
            {**rating(0, who, "strength", score), "item_table": "comparisons", "item_id": "c"}
            for who, score in zip("xyz", scores, strict=False)
        ],
    }
    found, _ = exported("helpsteer", tables)
    (row,), (third,) = found["preference"], found["helpsteer3_preference"]
    assert (row["preference_strength"], row["preference_statement"]) == (strength, statement)
    assert (third["overall_preference"], len(third["individual_preference"])) == (strength, len(scores))
    assert third["context"] == CHAT


def test_ultrafeedback_has_every_response_with_its_model_in_order() -> None:
    aspect = {"item_table": "responses", "aspect": "good", "low": 1.0, "high": 5.0, "labels": [], "rules": []}
    tables = {**TABLES_OF_RUN, "aspects": [aspect], "annotations": [rating(1, "x", "good", 5.0)]}
    (row,) = exported("ultrafeedback", tables)[0]["default"]
    assert row["models"] == ["m0", "m1", "m2"] == [completion["model"] for completion in row["completions"]]
    assert [completion["overall_score"] for completion in row["completions"]] == [None, 10.0, None]


def critique(critic: str, verdict: str, point: str) -> dict[str, Any]:
    about = {"prompt_id": "p", "response_id": "0", "writer_id": critic, "text": "No."}
    return {"critique_id": f"0/{critic}", **about, "verdict": verdict, "point": point}


def test_the_step_that_a_critic_quotes_is_the_last_and_wrong() -> None:
    response = {"response_id": "0", "prompt_id": "p", "place": 0, "text": "Two.\nAnd two.\n\nFive.", "sample": 0}
    critics = [("a", "wrong", "and two"), ("b", "right", ""), ("c", "wrong", "six"), ("d", "wrong", "")]
    tables: dict[str, Rows] = {
        "prompts": [{"prompt_id": "p", "text": "Sum?", "turns": [], "source": "s"}],
        "responses": [response],
        "critiques": [critique(*each) for each in [*critics, ("e", "abstain", "")]],
    }
    found, left_out = exported("trl_stepwise", tables, critiques.TABLES)
    assert [(row["critic"], row["completions"], row["labels"]) for row in found["default"]] == [
        ("a", ["Two.", "And two."], [True, False]),
        ("b", ["Two.", "And two.", "Five."], [True, True, True]),
    ]
    assert left_out == {
        "0/c": "what the critique quotes is in no step",
        "0/d": "the critique quotes nothing",
        "0/e": "the critic abstains",
    }


def test_each_annotator_has_a_conversation_of_prism_about_a_prompt() -> None:
    scores = {"x": (4, 2, 0), "y": (1, 1, 0)}
    tables: dict[str, Rows] = {
        "prompts": TABLES_OF_RUN["prompts"],
        "responses": TABLES_OF_RUN["responses"],
        "annotators": [{"annotator_id": who, "kind": "human", "country": "Peru"} for who in scores],
        "aspects": [{"item_table": "responses", "aspect": "good", "low": 0.0, "high": 4.0, "labels": [], "rules": []}],
        "annotations": [
            {"item_table": "responses", "item_id": str(place), "annotator_id": who, "aspect": "good", "score": score,
             "sample": 0, "options": []}
            for who, given in scores.items() for place, score in enumerate(given)
        ],
    }  # fmt: skip
    found, left_out = exported("prism", tables)
    assert [(row["model_name"], row["score"], row["if_chosen"]) for row in found["utterances"]] == [
        ("m0", 100.0, True),
        ("m1", 50.5, False),
        ("m2", 1.0, False),
    ]
    assert [row["conversation_id"] for row in found["conversations"]] == ["p/x"]
    assert [(row["user_id"], row["survey_only"], row["study_locale"]) for row in found["survey"]] == [
        ("x", False, "Peru"),
        ("y", True, "Peru"),
    ]
    assert left_out == {"p": "no response has the highest score alone"}
