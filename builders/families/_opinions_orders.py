"""Orders of options that are balanced over positions."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import permutations
from math import factorial


def orders(options: int, limit: int, key: str) -> list[tuple[int, ...]]:
    """Orders of so many options, the listed one first: all of them, or a sample by the key.

    From `options` orders on, a sample has every option equally often in each position, and is rounded down for it. Of
    an even number of options it has the reversed order too: it is made of Williams squares (Williams 1949).
    """
    listed = tuple(range(options))
    if options < 2 or limit == 1:
        return [listed]
    if factorial(options) <= limit:
        return list(permutations(listed))
    if limit < options:
        return [listed, listed[::-1], *_square(listed)[1:]][:limit]
    draw, drawn = random.Random(key), dict.fromkeys(_square(listed))
    if limit >= 2 * options:
        drawn |= dict.fromkeys(_square(listed[::-1]))
    while len(drawn) < limit // options * options:
        drawn |= dict.fromkeys(_square(draw.sample(listed, options)))
    return list(drawn)[: limit // options * options]


def _square(first: Sequence[int]) -> list[tuple[int, ...]]:
    """As many orders as options, each option once in each position: a Williams square if even, else rotations."""
    size = len(first)
    walk = [0, *(place for at in range(1, size // 2 + 1) for place in dict.fromkeys((at, size - at)))]
    if size % 2:
        walk = list(range(size))
    return [tuple(first[walk.index((place + step) % size)] for place in walk) for step in range(size)]
