from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from duckdb import DuckDBPyRelation

from pluriset.validators.audits import NotApplicable
from pluriset.validators.audits.ventriloquism import Ventriloquism

from .planted import rate_is_at_least, rate_is_at_most

TablesOf = Callable[[Mapping[str, Sequence[Mapping[str, Any]]]], dict[str, DuckDBPyRelation]]
AUDIT = Ventriloquism(permutations=199)
WORDS = ["the", "rule", "duty", "family", "work", "honest", "people", "future", "choice", "careful", "good", "fair"]


def labels(seed: int, own: float, items: int = 100, personas: int = 4, samples: int = 3) -> dict[str, Any]:
    """Labels of personas; `own` is the share of answers that follow a persona's opinion rather than the item's mix."""
    random = np.random.default_rng(seed)
    rows = []
    for item in range(items):
        mix, opinion = random.dirichlet([2, 2, 2]), random.integers(0, 3, personas)
        for persona in range(personas):
            for sample in range(samples):
                mine = random.random() < own
                label = opinion[persona] if mine else random.choice(3, p=mix)
                rows.append(annotation(item, persona, sample, str(label)))
    return {"annotations": rows, "annotators": people(personas)}


def annotation(item: int, persona: int, sample: int, label: str | None, **more: Any) -> dict[str, Any]:
    key = {"item_table": "items", "item_id": f"i{item}", "annotator_id": f"p{persona}", "sample": sample}
    return {**key, "aspect": "valence", "label": label, **more}


def people(personas: int) -> list[dict[str, Any]]:
    return [{"annotator_id": f"p{i}", "kind": "persona", "country": "NO" if i % 2 else "PE"} for i in range(personas)]


def voices(seed: int, own: float, items: int = 60, personas: int = 3) -> dict[str, Any]:
    """Texts of twelve words; with the probability `own`, a word is one that a persona prefers."""
    random = np.random.default_rng(seed)
    rows = []
    for item in range(items):
        for persona in range(personas):
            favoured = WORDS[persona * 3 : persona * 3 + 3]
            text = [random.choice(favoured) if random.random() < own else random.choice(WORDS) for _ in range(12)]
            rows.append({"item_id": f"i{item}", "annotator_id": f"p{persona}", "text": " ".join(text)})
    return {"voices": rows, "annotators": people(personas)}


def test_personas_that_answer_alike_are_one_voice(tables_of: TablesOf) -> None:
    outcome = AUDIT.examine(tables_of(labels(1, own=0)))
    assert outcome.detected is True
    assert outcome.conclusion.startswith("The personas are one voice")


def test_personas_with_opinions_are_distinct(tables_of: TablesOf) -> None:
    outcome = AUDIT.examine(tables_of(labels(1, own=0.7)))
    assert outcome.detected is False
    (voice,) = outcome.figures
    assert voice.value is not None and voice.value > 0.3


def test_few_items_leave_the_question_open(tables_of: TablesOf) -> None:
    assert AUDIT.examine(tables_of(labels(1, own=0, items=12))).detected is None


def test_texts_are_told_apart_and_their_words_named(tables_of: TablesOf) -> None:
    outcome = AUDIT.examine(tables_of(voices(1, own=0.5)))
    assert outcome.detected is False
    assert {row["word"] for row in outcome.examples if row["who"] == "p0"} == set(WORDS[:3])


def test_texts_of_one_voice_have_no_telling_words(tables_of: TablesOf) -> None:
    outcome = AUDIT.examine(tables_of(voices(1, own=0)))
    assert outcome.detected is not False
    assert not outcome.examples


def test_personas_that_answer_as_their_group_does(tables_of: TablesOf) -> None:
    tables = labels(1, own=0.5)
    humans = [{"annotator_id": f"h{i}", "kind": "human", "country": "NO" if i % 2 else "PE"} for i in range(4)]
    first = {(row["item_id"], row["annotator_id"]): row["label"] for row in tables["annotations"]}
    answers = [
        annotation(i, 0, 0, first[f"i{i}", f"p{h % 2}"]) | {"annotator_id": f"h{h}"}
        for i in range(100)
        for h in range(4)
    ]
    tables = {"annotations": tables["annotations"] + answers, "annotators": tables["annotators"] + humans}
    (like,) = [f for f in AUDIT.examine(tables_of(tables)).figures if f.measure == "like_own_group"]
    assert like.value is not None and like.value > 0.1
    assert like.is_significant(0.05)


def test_humans_are_no_personas(tables_of: TablesOf) -> None:
    tables = labels(1, own=0)
    tables["annotators"] = [one | {"kind": "human"} for one in tables["annotators"]]
    with pytest.raises(NotApplicable, match="persona"):
        AUDIT.examine(tables_of(tables))


@pytest.mark.parametrize("seeds", [10, pytest.param(200, marks=pytest.mark.slow)])
def test_power_and_false_alarms(tables_of: TablesOf, seeds: int) -> None:
    rate_is_at_least(0.9, [AUDIT.examine(tables_of(labels(seed, own=0))).detected is True for seed in range(seeds)])
    clean = [AUDIT.examine(tables_of(labels(seed, own=0.5))) for seed in range(seeds)]
    rate_is_at_least(0.9, [outcome.detected is False for outcome in clean])
    rate_is_at_most(0.05, [outcome.detected is True for outcome in clean])


@pytest.mark.slow
def test_one_voice_seldom_has_words_that_give_a_persona_away(tables_of: TablesOf) -> None:
    rate_is_at_most(0.05, [bool(AUDIT.examine(tables_of(voices(seed, own=0))).examples) for seed in range(200)])
    rate_is_at_least(0.9, [bool(AUDIT.examine(tables_of(voices(seed, own=0.3))).examples) for seed in range(200)])
