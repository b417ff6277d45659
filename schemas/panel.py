"""Panels of personas drawn from declared shares: a joint distribution, marginals, or quotas.

Marginals are fitted by raking, also called iterative proportional fitting (Deming and Stephan 1940). Everything here is
plain Python and drawn by seed, so that the same recipe has the same panel on every machine.
"""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, product
from math import prod
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, PositiveInt, PrivateAttr, field_validator, model_validator

from .field_docs import Stored
from .rows.shared import Attributes

ATTRIBUTES = tuple(name for name in Attributes.model_fields if name != "description")
"""What personas of a drawn panel may differ in."""
MAX_CELLS = 100_000
"""Combinations of values that a panel may be drawn from."""
PASSES = 1000
"""Passes over all attributes after which raking has failed."""
TOLERANCE = 1e-6
"""Difference from a declared share that raking may leave."""

Share = Annotated[float, Field(ge=0, le=1)]
Combination = tuple[str, ...]
"""A value of each attribute."""
Cells = dict[Combination, float]
"""Combination -> its share."""


class JointShare(Attributes, Stored):
    """A combination of attributes and its share."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: Share
    """Share of the population, 0 to 1."""


class Draw(Stored):
    """Personas drawn from declared shares."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    teacher: Annotated[str, Field(min_length=1)]
    """Name of the teacher that answers as each of them."""
    n: PositiveInt
    """Personas to draw."""
    marginals: dict[str, dict[str, Share]] = {}
    """Attribute -> value -> share, 0 to 1; each attribute adds up to 1."""
    joint: list[JointShare] = []
    """Combinations with their shares, which add up to 1; with `marginals`, where raking starts."""
    quotas: dict[str, dict[str, Annotated[int, Field(ge=0)]]] = {}
    """Attribute -> value -> number of personas; each attribute adds up to `n`."""
    impossible: list[dict[str, str | list[str]]] = []
    """Combinations that do not occur: attribute -> a value or several, such as an age band and a degree."""
    seed: int | None = None
    """Seed of the draw; default: that of the recipe."""
    _cells: Cells = PrivateAttr(default_factory=dict)

    @field_validator("marginals", "quotas")
    @classmethod
    def _known_attributes(cls, given: dict[str, Any]) -> dict[str, Any]:
        if unknown := [name for name in given if name not in ATTRIBUTES]:
            raise ValueError(f"annotators have no attribute {unknown[0]!r}; there is {', '.join(ATTRIBUTES)}")
        return given

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Self:
        if not (self.marginals or self.joint or self.quotas):
            raise ValueError("`marginals`, `joint` or `quotas` is needed")
        for name, shares in self.marginals.items():
            if name in self.quotas:
                raise ValueError(f"{name}: it is in `marginals` and in `quotas`; keep one of them")
            if abs(sum(shares.values()) - 1) > TOLERANCE:
                raise ValueError(f"marginals.{name}: the shares are {sum(shares.values()):g} together and not 1")
        for name, counts in self.quotas.items():
            if sum(counts.values()) != self.n:
                raise ValueError(f"quotas.{name}: the quotas are {sum(counts.values())} together and not n, {self.n}")
        names = self.attributes
        for place, rule in enumerate(self.impossible):
            if unknown := [name for name in rule if name not in names]:
                raise ValueError(f"impossible[{place}]: no persona has {unknown[0]!r}; there is {', '.join(names)}")
        self._cells.update(self._raked())
        self.drawn(0)  # quotas that cannot be met are an error of the recipe
        return self

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that personas have."""
        of_joint = [name for name in ATTRIBUTES if self.joint and getattr(self.joint[0], name) is not None]
        return tuple(dict.fromkeys([*of_joint, *self.marginals, *self.quotas]))

    @property
    def targets(self) -> dict[str, dict[str, float]]:
        """Attribute -> value -> share that the panel aims for."""
        cells, names = self._cells, self.attributes
        aims = {name: dict.fromkeys((cell[at] for cell in cells), 0.0) for at, name in enumerate(names)}
        for cell, share in cells.items():
            for name, value in zip(names, cell, strict=True):
                aims[name][value] += share
        rounded = {name: {value: round(share, 6) for value, share in shares.items()} for name, shares in aims.items()}
        return rounded | self._declared

    def drawn(self, seed: int) -> dict[str, Attributes]:
        """Id -> attributes of each persona; `seed` counts where the draw has none of its own.

        The draw is systematic, so that every combination is drawn as often as its share says, up to one persona. Then
        as few personas as needed are changed until every value of a marginal or quota is, too. Raises `ValueError`
        where a quota cannot be met.
        """
        names, draw = self.attributes, random.Random(f"panel/{self.n}/{seed if self.seed is None else self.seed}")
        people = systematic(self._cells, self.n, draw)
        for name, shares in self._declared.items():
            counts = self.quotas.get(name) or apportioned(shares, self.n)
            short = adjust(people, names.index(name), counts, self._cells)
            if short and name in self.quotas:
                raise ValueError(f"quotas.{name}: no possible combination is left for another {short!r}")
        return _with_ids([dict(zip(names, person, strict=True)) for person in people])

    @property
    def _declared(self) -> dict[str, dict[str, float]]:
        """Attribute -> value -> share, of marginals and quotas."""
        quotas = {name: {value: count / self.n for value, count in each.items()} for name, each in self.quotas.items()}
        return {**self.marginals, **quotas}

    def _raked(self) -> Cells:
        """The share of every possible combination. Raises `ValueError` that names the attribute at fault."""
        names, declared = self.attributes, self._declared
        cells = {cell: share for cell, share in self._start(names).items() if not self._is_impossible(names, cell)}
        if not cells:
            raise ValueError("impossible: no combination is left")
        for name, shares in declared.items():
            values = {cell[names.index(name)] for cell, share in cells.items() if share}
            where = f"{'quotas' if name in self.quotas else 'marginals'}.{name}"
            if empty := [value for value, share in shares.items() if share and value not in values]:
                raise ValueError(f"{where}: no possible combination has {empty[0]!r}")
            if missing := [value for value in sorted(values) if value not in shares]:
                raise ValueError(f"{where}: the joint distribution has {missing[0]!r}, which has no share here")
        return rake(cells, {names.index(name): shares for name, shares in declared.items()}, names)

    def _start(self, names: tuple[str, ...]) -> Cells:
        """The joint distribution, or every combination of the declared values alike."""
        if not self.joint:
            values = self._declared
            if (count := prod(map(len, values.values()))) > MAX_CELLS:
                raise ValueError(f"marginals: {count:,} combinations are too many; at most {MAX_CELLS:,}")
            return dict.fromkeys(product(*(values[name] for name in names)), 1.0)
        cells: Cells = {}
        for place, row in enumerate(self.joint):
            combination = [getattr(row, name) for name in names]
            if None in combination:
                raise ValueError(f"joint[{place}]: no {names[combination.index(None)]}")
            cells[tuple(combination)] = cells.get(tuple(combination), 0.0) + row.share
        if abs(sum(cells.values()) - 1) > TOLERANCE:
            raise ValueError(f"joint: the shares are {sum(cells.values()):g} together and not 1")
        return cells

    def _is_impossible(self, names: tuple[str, ...], cell: Combination) -> bool:
        person = dict(zip(names, cell, strict=True))
        return any(
            all(person[name] in ([values] if isinstance(values, str) else values) for name, values in rule.items())
            for rule in self.impossible
        )


def rake(cells: Cells, targets: Mapping[int, Mapping[str, float]], names: Sequence[str]) -> Cells:
    """Cells scaled until the shares of every attribute are those of its target; `targets` has its place in a cell.

    Without targets the cells are scaled to add up to 1. Raises `ValueError`, with the attribute that is furthest off,
    where this does not converge: the marginals contradict each other, or the combinations that are impossible.
    """
    total = sum(cells.values())
    shares = {cell: share / total for cell, share in cells.items()}
    for _ in range(PASSES):
        for at, target in targets.items():
            now = _marginal(shares, at)
            shares = {
                cell: share * target[cell[at]] / now[cell[at]] if now[cell[at]] else 0.0
                for cell, share in shares.items()
            }
        gaps = {
            at: max(abs(share - _marginal(shares, at).get(value, 0.0)) for value, share in target.items())
            for at, target in targets.items()
        }
        if max(gaps.values(), default=0.0) <= TOLERANCE:
            return {cell: share for cell, share in shares.items() if share > 0}
    worst = max(gaps, key=gaps.__getitem__)
    raise ValueError(
        f"{names[worst]}: its shares contradict the others and the combinations that are impossible; "
        f"after {PASSES} passes one is still off by {gaps[worst]:.2%}"
    )


def systematic(cells: Cells, n: int, draw: random.Random) -> list[Combination]:
    """A systematic sample: n equally spaced places in the cumulated shares, from a random start."""
    combinations, ends = list(cells), list(accumulate(cells.values()))
    start = draw.random()
    return [combinations[min(bisect_right(ends, (start + at) / n * ends[-1]), len(ends) - 1)] for at in range(n)]


def apportioned(shares: Mapping[str, float], n: int) -> dict[str, int]:
    """Whole numbers that add up to n and are closest to the shares, by largest remainder; shares add up to 1."""
    counts = {value: int(share * n + 1e-9) for value, share in shares.items()}
    by_remainder = sorted(shares, key=lambda value: counts[value] - shares[value] * n)
    for value in by_remainder[: n - sum(counts.values())]:
        counts[value] += 1
    return counts


def adjust(people: list[Combination], at: int, counts: Mapping[str, int], cells: Cells) -> str | None:
    """Change one attribute of as few people as needed until its values have these counts, to likely combinations.

    Changes `people` in place. The value that is still short where no possible combination is left, else None.
    """
    have = Counter(person[at] for person in people)
    short = [value for value, count in counts.items() for _ in range(count - have[value])]
    for value in short:
        changes = [
            (cells[changed], place, changed)
            for place, person in enumerate(people)
            if have[person[at]] > counts[person[at]] and (changed := (*person[:at], value, *person[at + 1 :])) in cells
        ]
        if not changes:
            return value
        _, place, changed = max(changes)
        have[people[place][at]] -= 1
        have[value] += 1
        people[place] = changed
    return None


def _marginal(cells: Cells, at: int) -> dict[str, float]:
    sums: dict[str, float] = {}
    for cell, share in cells.items():
        sums[cell[at]] = sums.get(cell[at], 0.0) + share
    return sums


def _with_ids(people: Sequence[Mapping[str, str]]) -> dict[str, Attributes]:
    """Ids such as `mexico-25-34`, with a number where several people are alike."""
    seen = Counter[str]()
    found: dict[str, Attributes] = {}
    for person in people:
        id_ = "-".join(re.sub(r"\W+", "-", value.casefold()).strip("-") for value in person.values())
        seen[id_] += 1
        found[id_ if seen[id_] == 1 else f"{id_}~{seen[id_]}"] = Attributes(**person)
    return found
