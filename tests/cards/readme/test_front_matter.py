from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pluriset.cards.readme.front_matter import front_matter_problems
from pluriset.cards.readme.metadata import size_category

GOOD: dict[str, Any] = {
    "pretty_name": "A",
    "license": "mit",
    "language": ["en", "sw"],
    "annotations_creators": ["machine-generated"],
    "configs": [{"config_name": "a", "default": True, "data_files": [{"split": "train", "path": "data/a/train-*"}]}],
    "dataset_info": [
        {
            "config_name": "a",
            "features": [{"name": "x", "dtype": "string"}],
            "splits": [{"name": "train", "num_bytes": 1, "num_examples": 1}],
            "download_size": 1,
            "dataset_size": 1,
        }
    ],
}
FILES = GOOD["configs"][0]["data_files"]


def test_valid_front_matter_has_no_problems() -> None:
    assert front_matter_problems(GOOD) == []


def test_a_string_can_stand_for_a_list() -> None:
    assert front_matter_problems(GOOD | {"language": "en", "license": ["mit"]}) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"annotations_creators": [{"crowdsourced": None}]}, "annotations_creators[0]: Input should be a valid string"),
        ({"annotations_creators": ["people"]}, "annotations_creators: not on the Hub's list: 'people'"),
        ({"language_creators": ["no-annotation"]}, "language_creators: not on the Hub's list: 'no-annotation'"),
        ({"language": ["English"]}, "language: not on the Hub's list: 'English'"),
        ({"language": [False]}, "language[0]: Input should be a valid string"),
        ({"license": "CC BY 4.0"}, "license: not on the Hub's list: 'CC BY 4.0'"),
        ({"license": "other"}, "license: other needs license_name and license_link"),
        ({"size_categories": ["n>10M"]}, "size_categories: not on the Hub's list: 'n>10M'"),
        ({"multilinguality": "both"}, "multilinguality: not on the Hub's list: 'both'"),
        ({"task_categories": ["value-judgement"]}, "task_categories: not on the Hub's list: 'value-judgement'"),
        ({"tags": [1]}, "tags[0]: Input should be a valid string"),
        ({"pretty_name": 3}, "pretty_name: Input should be a valid string"),
        ({"configs": [{"data_files": FILES}]}, "configs[0].config_name: Field required"),
        (
            {"configs": [{"config_name": "data", "data_files": FILES}], "dataset_info": []},
            "configs: a config cannot be",
        ),
        ({"configs": GOOD["configs"] * 2}, "configs: two configs have the same name"),
        ({"configs": [*GOOD["configs"], {**GOOD["configs"][0], "config_name": "b"}]}, "configs: more than one default"),
        (
            {"configs": [{"config_name": "a", "data_files": [{"split": "a-b", "path": "x"}]}]},
            "configs[0].data_files[0].split: String should match pattern",
        ),
        (
            {"configs": [{"config_name": "a", "data_files": [{"split": "test", "path": "x"}]}]},
            "dataset_info: the splits of a differ",
        ),
    ],
)
def test_each_problem_names_its_field(change: dict[str, Any], problem: str) -> None:
    found = front_matter_problems(GOOD | change)
    assert len(found) == 1
    assert found[0].startswith(problem)


@pytest.mark.parametrize("front", [None, [], "a", {}])
def test_anything_but_a_mapping_is_a_problem(front: object) -> None:
    assert front_matter_problems(front)


@pytest.mark.parametrize(
    ("rows", "words"),
    [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (218_408, "100K<n<1M"), (10**9, "1B<n<10B"), (10**12, "n>1T")],
)
def test_size_category(rows: int, words: str) -> None:
    assert size_category(rows) == words


@given(st.integers(0, 10**13))
def test_every_size_category_is_known_to_the_hub(rows: int) -> None:
    assert front_matter_problems(GOOD | {"size_categories": [size_category(rows)]}) == []
