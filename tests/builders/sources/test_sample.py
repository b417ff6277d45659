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


def test_an_unknown_domain_is_an_error_of_the_recipe() -> None:
    with pytest.raises(RecipeError, match=r"source.sample.domain.*\n  got: war\n  expected: 'ageing'"):
        load("pluriset.builders.sources", {"sample": {"domain": "war"}}, path="source")
