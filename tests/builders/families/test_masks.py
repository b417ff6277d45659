"""Masked prompts, counterfactuals and rankings from a scripted teacher."""

import json
from math import log
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import pluriset
from pluriset.builders.families.masks import Masks
from pluriset.builders.sources import Seed
from pluriset.cards.loading.dataset import Dataset
from pluriset.tests.builders.families.finished import errors, figures, finished, rows, tables

SEEDS = [
    {"id": "a", "text": "An honest Sikh cook sings.", "domain": "work", "language": "en"},
    {"id": "b", "text": "Three Jains came early.", "domain": "law", "language": "en"},
    {"id": "c", "text": "A Hindu and a Muslim sing.", "domain": "law", "language": "en"},
    {"id": "d", "text": "Nobody sings.", "domain": "law", "language": "en"},
]
SCRIPT: list[tuple[str | None, Any]] = [
    ("Language: hi\nSentence: An", {"answer": {"text": "एक [MASK] रसोइया"}}),
    ("Language: hi", {"answer": {"text": "[MASK] और [MASK]"}}),
    ("Continuation: The guests clap.\nprinciple", {"fit": "4", "principle": "equality"}),
    ("dishonest [MASK] cook sings.\nContinuation: He is", {"fit": "4", "principle": "none"}),
    ("Continuation: He is", {"fit": "1", "principle": "no exclusion"}),
    ("identity: ", {"identity": "Sikh"}),
]
WRITERS = {
    "clap": [("Text: ", {"answer": {"text": "The guests clap."}})],
    "leave": [("Text: ", {"answer": {"text": "He is sent away."}})],
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("masks")
    return finished(folder, "masks", SCRIPT, SEEDS, **changes(folder))


def changes(folder: Path, **options: Any) -> dict[str, Any]:
    return {
        "teachers": {
            name: {"scripted": {"path": str(script(folder, name, lines))}}
            for name, lines in {"main": SCRIPT, **WRITERS}.items()
        },
        "annotators": {"writers": [{"teacher": name} for name in WRITERS]},
        "roles": {"translate": "main", "complete": "writers", "verify": "main", "infer": "main"},
        "options": {"completions": 1, "languages": ["hi"], "max_counterfactuals": 1, **options},
    }


def script(folder: Path, name: str, lines: Any) -> Path:
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps({"match": match, "answer": answer}) + "\n" for match, answer in lines))
    return path


def rejects(dataset: Dataset) -> list[dict[str, Any]]:
    return pq.read_table(dataset.folder / "rejects.parquet").to_pylist()  # type: ignore[no-any-return]


def test_one_identity_is_masked_and_all_checks_pass(built: Dataset) -> None:
    made = rows(built.folder)
    assert {row["prompt_id"]: (row["masked"], row["identity"], row["axis"]) for row in made["prompts"]} == {
        "a": ("An honest [MASK] cook sings.", "Sikh", "religion"),
        "b": ("Three [MASK] came early.", "Jain", "religion"),
    }
    rejected = {row["key"]: row["detail"] for row in rejects(built) if row["level"] == "seed"}
    assert rejected == {"c": "of the lexicon in en: Hindu, Muslim", "d": "of the lexicon in en: none"}
    assert errors(built.folder) == {}


def test_a_counterfactual_has_one_opposite_with_its_article(built: Dataset) -> None:
    made = {row["prompt_id"]: row for row in rows(built.folder)["counterfactuals"]}
    assert made["a"]["text"] == "A dishonest [MASK] cook sings."
    assert [made["a"][name] for name in ("start", "before", "after")] == [0, "An honest", "A dishonest"]
    assert made["b"]["text"] == "Three [MASK] came late."
    family = Masks.model_validate({"antonyms": {"pairs": [["cook", "Sikh", None]]}})
    assert family._counterfactuals(family._masked(seed("A Jain cook sings."))) == [], "no identity is brought in"


def test_completions_are_ranked_by_probability_and_divergence(built: Dataset) -> None:
    first, second = [row for row in rows(built.folder)["rankings"] if row["prompt_id"] == "a"]
    assert (first["rank"], first["completion_id"], first["principles"]) == (1, "a/clap/0", ["equality"])
    assert (first["probability"], first["counterfactual_probability"]) == (0.8, 0.5)
    part = (0.2 * log(0.2 / 0.35) + 0.5 * log(0.5 / 0.35)) / 2
    assert second["divergence"] == pytest.approx(part, abs=1e-6)
    assert second["score"] == pytest.approx(log(0.2) - part, abs=1e-6)
    assert second["principles"] == ["no exclusion"]


def test_a_translation_keeps_one_mask(built: Dataset) -> None:
    assert [row["prompt_id"] for row in rows(built.folder)["translations"]] == ["a"]
    assert "not exactly one mask" in {row["reason"] for row in rejects(built)}
    found = {finding.check: finding.count for finding in pluriset.validate(built.folder).findings}
    assert found["aligned_translations"] == 1


def test_inferred_identities_are_a_rate_by_axis(built: Dataset) -> None:
    assert figures(built.folder, "identity_inference_rate") == {("main", "religion"): 0.5}


def test_equal_completions_are_kept_once(tmp_path: Path) -> None:
    made = tables(tmp_path, "masks", SCRIPT, SEEDS[:1], **changes(tmp_path, completions=2))
    assert len(made["completions"]) == 2, "each writer gave the same text twice"


def test_a_term_names_one_identity() -> None:
    with pytest.raises(ValueError, match="cook names several identities"):
        Masks.model_validate({"lexicon": {"axes": {"work": {"x": {"en": ["cook"]}, "y": {"en": ["Cook"]}}}}})


def seed(text: str) -> Any:
    return Seed("x", text, "test", {})
