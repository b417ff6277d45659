"""Whether curation removed one group far more often than the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from ...schemas.manifest import GroupCount, StepEffect
from ...schemas.report import Finding, Report, problem_line
from ..findings.severity import worst_first
from ..stats.aggregates import Z

CHECK = "curation.groups"
MAX_RATIO = 2.0
"""Rate of removal over that of the other groups, above which a group is reported; the bound is ours."""

ANSWERS = {("annotations", "label"), ("aggregates", "label")}
"""Columns of answers: a step that removes rows by what was answered removes no group."""


class RateRatio(NamedTuple):
    """How many times as often rows of a group were removed as those of the others, with its 95% interval."""

    ratio: float
    low: float
    high: float


def rate_ratio(group: GroupCount, others: Sequence[GroupCount]) -> RateRatio | None:
    """The ratio with the interval of Katz et al. (1978); one half is added to each count. Null without others."""
    n, m = group.before, sum(other.before for other in others)
    if not n or not m:
        return None
    a, b = n - group.after + 0.5, m - sum(other.after for other in others) + 0.5
    ratio = (a / (n + 1)) / (b / (m + 1))
    half = Z * math.sqrt(1 / a - 1 / (n + 1) + 1 / b - 1 / (m + 1))
    return RateRatio(ratio, ratio * math.exp(-half), ratio * math.exp(half))


def check_effects(effects: Sequence[StepEffect]) -> list[Finding]:
    """One finding per step that removed rows of groups."""
    return [_finding(effect.step, groups) for effect in effects if (groups := _groups(effect))]


def with_effects(report: Report, effects: Sequence[StepEffect]) -> Report:
    """The report of a run with what its curation did to groups."""
    return report.model_copy(update={"findings": worst_first([*report.findings, *check_effects(effects)])})


def _groups(effect: StepEffect) -> list[GroupCount]:
    return [group for group in effect.groups if (group.table, group.attribute) not in ANSWERS]


def _finding(step: str, groups: Sequence[GroupCount]) -> Finding:
    wrong = []
    for group in groups:
        others = [
            other
            for other in groups
            if (other.table, other.attribute) == (group.table, group.attribute) and other.value != group.value
        ]
        found = rate_ratio(group, others)
        if found and found.ratio > MAX_RATIO and found.low > 1:
            wrong.append(_example(step, group, found))
    return Finding(
        problem=problem_line(
            f"are|is removed by {step} at over twice the rate of the others",
            len(wrong),
            len(groups),
            "groups",
        ),
        rule="Curation removes no group at over twice the rate of the others",
        check=f"{CHECK}.{step}",
        severity="warning",
        table=groups[0].table,
        count=len(wrong),
        of=len(groups),
        unit="groups",
        examples=wrong[:5],
    )


def _example(step: str, group: GroupCount, found: RateRatio) -> dict[str, Any]:
    return {
        "step": step,
        "table": group.table,
        group.attribute: group.value,
        "removed": f"{group.before - group.after:,} of {group.before:,}",
        "times as often as others": f"{found.ratio:.1f} ({found.low:.1f} to {found.high:.1f})",
    }
