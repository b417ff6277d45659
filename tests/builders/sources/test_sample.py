from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from pluriset.builders.sources.sample import Domain, Sample
from pluriset.schemas.component import load
from pluriset.schemas.errors import RecipeError
from pluriset.schemas.rows.values import Situation
from pluriset.validators.tables.normalise import norm, rouge_l

SEEDS = list(Sample().seeds(Path()))


def test_there_are_at_least_two_hundred_and_each_is_a_situation() -> None:
    assert len(SEEDS) >= 200
    for seed in SEEDS:
        Situation(situation_id=seed.id, text=seed.text, source=seed.origin)
        assert seed.origin == "sample"


def test_ids_and_texts_are_unique() -> None:
    assert len({seed.id for seed in SEEDS}) == len(SEEDS)
    assert len({norm(seed.text) for seed in SEEDS}) == len(SEEDS)


def test_no_two_are_variations_of_one() -> None:
    alike = [
        (one.text, other.text)
        for i, one in enumerate(SEEDS)
        for other in SEEDS[:i]
        if rouge_l(one.text, other.text).f1 > 0.7
    ]
    assert alike == []


def test_every_domain_is_there_and_the_first_few_are_of_many() -> None:
    sizes = Counter({domain: len(list(Sample(domain=domain).seeds(Path()))) for domain in get_args(Domain)})
    assert sum(sizes.values()) == len(SEEDS)
    assert min(sizes.values()) >= 10
    first = {seed.id for seed in SEEDS[:16]}
    domains = [d for d in get_args(Domain) if first & {seed.id for seed in Sample(domain=d).seeds(Path())}]
    assert len(domains) >= 8


def test_the_order_is_fixed() -> None:
    assert list(Sample().seeds(Path("elsewhere"))) == SEEDS


@pytest.mark.parametrize(("name", "least"), [("prompts", 120), ("questions", 100), ("survey", 60)])
def test_other_sets_have_unique_ids_and_texts_and_keep_their_fields(name: str, least: int) -> None:
    seeds = list(Sample.model_validate({"set": name}).seeds(Path()))
    assert len({seed.id for seed in seeds}) == len({norm(seed.text) for seed in seeds}) == len(seeds) >= least
    assert all(seed.fields["language"] and "id" not in seed.fields for seed in seeds)


def test_prompts_are_in_many_languages_and_can_be_chosen_by_language() -> None:
    languages = Counter(seed.fields["language"] for seed in Sample(set="prompts").seeds(Path()))
    assert len(languages) >= 5
    assert len(list(Sample(set="prompts", language="sw").seeds(Path()))) == languages["sw"]


def test_a_domain_is_of_situations_only() -> None:
    with pytest.raises(RecipeError, match="domain"):
        load("pluriset.builders.sources", {"sample": {"set": "prompts", "domain": "law"}}, path="source")


def test_an_unknown_domain_is_an_error_of_the_recipe() -> None:
    with pytest.raises(RecipeError, match=r"source.sample.domain.*\n  got: war\n  expected: 'ageing'"):
        load("pluriset.builders.sources", {"sample": {"domain": "war"}}, path="source")
