import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import pluriset

TRUE: dict[str, Any] = {
    "size_categories": ["n<1K"],
    "dataset_info": {
        "features": [{"name": "id", "dtype": "int64"}, {"name": "text", "dtype": "string"}],
        "splits": [{"name": "train", "num_examples": 3}, {"name": "test", "num_examples": 2}],
    },
}


def found(folder: Path, said: Any) -> dict[str, list[dict[str, Any]]]:
    """Rule -> what the card of five rows says wrongly."""
    for split, count in (("train", 3), ("test", 2)):
        rows = [{"id": number, "text": f"{split} {number}"} for number in range(count)]
        (folder / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "README.md").write_text(f"---\n{said if isinstance(said, str) else yaml.safe_dump(said)}\n---\n# Data\n")
    report = pluriset.validate(folder)
    return {f.check: f.examples for f in report.findings if f.check.startswith("card.")}


def test_a_true_card_is_looked_at_and_nothing_is_found(tmp_path: Path) -> None:
    assert found(tmp_path, TRUE) == {"card.counts": [], "card.columns": [], "card.types": [], "card.size": []}


@pytest.mark.parametrize(
    ("rule", "info", "wrong"),
    [
        (
            "counts",
            {"splits": [{"name": "train", "num_examples": 4}]},
            {"split": "train", "stated": 4, "problem": "3 rows"},
        ),
        (
            "counts",
            {"splits": [{"name": "dev", "num_examples": 1}]},
            {"split": "dev", "stated": 1, "problem": "0 rows"},
        ),
        ("columns", {"features": [{"name": "id"}]}, {"column": "text", "problem": "not on the card"}),
        (
            "columns",
            {"features": [*TRUE["dataset_info"]["features"], {"name": "label"}]},
            {"column": "label", "problem": "not in the data"},
        ),
        ("types", {"features": [{"name": "id", "dtype": "string"}]}, {"column": "id", "stated": "string"}),
    ],
)
def test_a_false_claim_of_the_card_is_a_finding(
    tmp_path: Path, rule: str, info: dict[str, Any], wrong: dict[str, Any]
) -> None:
    [example] = found(tmp_path, {"dataset_info": [info]})[f"card.{rule}"]
    assert wrong.items() <= example.items()


def test_a_size_that_it_has_not(tmp_path: Path) -> None:
    assert found(tmp_path, {"size_categories": "10K<n<100K"})["card.size"]


@pytest.mark.parametrize(
    "said",
    ["", "[]", "dataset_info: 7", "dataset_info: [[], {splits: x, features: {a: 1}}]", "size_categories: [1, many]"],
)
def test_what_is_no_card_says_nothing(tmp_path: Path, said: str) -> None:
    assert not any(found(tmp_path, said).values())


BOMB = "\n".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}' if n else 'x'] * 10)}]" for n in range(9))


@pytest.mark.parametrize(
    ("front", "problem"),
    [
        ("a: [1", "not a YAML file"),
        ("- 1", "not keys and values"),
        ("a: !!int", "not a YAML file"),
        (
            "\n".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}' if n else 'x'] * 10)}]" for n in range(9)),
            "too many values",
        ),
        ("configs:\n- {config_name: a, data_files: '[z-a].jsonl'}", "not a pattern"),
    ],
)
def test_a_card_that_cannot_be_read_is_a_finding_and_the_data_are_judged(
    tmp_path: Path, front: str, problem: str
) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 1, "text": "a"}\n')
    (tmp_path / "README.md").write_text(f"---\n{front}\n---\n")
    report = pluriset.validate(tmp_path)
    [finding] = [one for one in report.findings if one.check.endswith("front_matter")]
    assert problem in finding.examples[0]["problem"] and sum(report.rows.values()) == 1
