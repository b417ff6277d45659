"""The rules of published datasets state their problem like checks do."""

import re

import pytest

from pluriset.schemas import published
from pluriset.schemas.component import find, names
from pluriset.schemas.published_dataset import Rule
from pluriset.schemas.report import problem_line

RULES = [
    pytest.param(rule, id=f"{name}.{rule_id}")
    for name in names(published.__name__)
    for rule_id, rule in find(published.__name__, name).rules.items()  # type: ignore[attr-defined]
]


@pytest.mark.parametrize("rule", RULES)
def test_the_problem_is_a_sentence_that_leads_with_its_count(rule: Rule) -> None:
    assert re.match(r"\w+\|\w+ ", rule.problem)
    for count, of in ((1, 0), (1, 40), (3, 40)):
        line = problem_line(rule.problem, count, of, rule.unit)
        assert line[0].isdigit() and len(line) < 160 and "|" not in line
    assert len(rule.rule) < 100
