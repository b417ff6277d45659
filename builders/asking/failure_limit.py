"""Stops a run whose teacher gives no usable answers, before it is paid for more of them.

An answer is unusable if it does not parse, is empty, cut off or refused; a request that failed counts as one. Counted
are requests of this process, re-asks among them, in order of completion, for each teacher in each role.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from ...schemas.errors import TeacherError
from ...schemas.recipe import StopRule
from .journal_reader import AskFailed

LEAST = 6
"""However few the seeds, two requests get all their tries: an answer and two re-asks each."""


@dataclass
class Tally:
    """What one teacher answered in one role."""

    usable: int = 0
    """Usable answers of this process."""
    cached: int = 0
    """Usable answers of the journal."""
    unusable: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    """Reason -> unusable answers."""
    first: AskFailed | None = None
    """The first unusable answer."""


class FailureLimit:
    """Counts usable and unusable answers, and says when to stop."""

    def __init__(self, rule: StopRule) -> None:
        self.rule = rule
        self.seeds: int | None = None
        """Seeds of the run, where they are counted."""
        self._tallies: defaultdict[tuple[str, str], Tally] = defaultdict(Tally)

    def add_usable(self, role: str, teacher: str, cached: bool) -> None:
        """Count a usable answer; those of the journal prove too that the teacher can answer."""
        tally = self._tallies[role, teacher]
        if cached:
            tally.cached += 1
        else:
            tally.usable += 1

    def add_unusable(self, role: str, teacher: str, failed: AskFailed) -> TeacherError | None:
        """Count an unusable answer; returns the error that stops the run once there are too many."""
        tally = self._tallies[role, teacher]
        tally.unusable += 1
        tally.reasons[failed.reason] += 1
        tally.first = tally.first or failed
        total, who = tally.usable + tally.unusable, f"teacher {teacher} as {role}"
        if not tally.usable and not tally.cached and tally.unusable >= self._after():
            return self._stopped(f"none of the first {total} answers of {who} is usable", tally)
        share = self.rule.failure_share
        if share is not None and total >= self.rule.after and tally.unusable > share * total:
            return self._stopped(f"{tally.unusable} of {total} answers of {who} are unusable", tally)
        return None

    def _after(self) -> int:
        return self.rule.after if self.seeds is None else max(LEAST, min(self.rule.after, self.seeds))

    def _stopped(self, what: str, tally: Tally) -> TeacherError:
        reasons = ", ".join(f"{count} x {reason}" for reason, count in tally.reasons.most_common(3))
        first = f"; the first: {tally.first.detail}" if tally.first else ""
        return TeacherError(
            f"{what}; all answers are kept",
            got=f"{reasons}{first}",
            hint="try the teacher with `pluriset check-teacher`, fix it or the recipe, then build with --retry-rejects",
        )
