import pytest

from pluriset.schemas.manifest import GroupCount, StepEffect
from pluriset.validators.judging.curation_effects import check_effects, rate_ratio


def group(value: str, before: int, after: int, attribute: str = "annotator country") -> GroupCount:
    return GroupCount(table="annotations", attribute=attribute, value=value, before=before, after=after)


def test_a_group_that_goes_far_more_often_is_reported() -> None:
    effect = StepEffect(
        step="agreement_filter", groups=[group("PE", 100, 60), group("NO", 400, 350), group("FR", 400, 360)]
    )
    (finding,) = check_effects([effect])
    assert (finding.count, finding.of, finding.severity) == (1, 3, "warning")
    assert finding.examples[0]["annotator country"] == "PE"
    assert finding.problem.startswith("1 of 3 groups is removed by agreement_filter")


@pytest.mark.parametrize(
    "groups",
    [
        [group("PE", 100, 82), group("NO", 400, 360)],  # 1.8 times
        [group("PE", 4, 3), group("NO", 400, 360)],  # 2.5 times, but one row of four
        [group("PE", 100, 60), group("NO", 400, 350, "annotator gender")],  # nothing to compare with
    ],
)
def test_rates_that_differ_little_or_by_chance_are_not_reported(groups: list[GroupCount]) -> None:
    (finding,) = check_effects([StepEffect(step="balance", groups=groups)])
    assert finding.count == 0


def test_a_step_that_removes_nothing_has_no_finding() -> None:
    assert check_effects([StepEffect(step="agreement_filter", figures={"alpha before": 0.5})]) == []


def test_the_ratio_and_its_interval() -> None:
    found = rate_ratio(group("PE", 99, 60), [group("NO", 399, 340)])
    assert found is not None
    assert found.ratio == pytest.approx((39.5 / 100) / (59.5 / 400))
    assert found.low < found.ratio < found.high
