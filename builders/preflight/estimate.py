"""What a build will need, extrapolated from the real asks about a random sample of seeds."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
from pydantic import BaseModel

from ...schemas.errors import RecipeError
from ...schemas.field_docs import Documented
from ...schemas.progress import Watch
from ...schemas.recipe import Recipe
from ...schemas.usage import usd
from ...validators.stats.aggregates import Z
from ..asking.journal_reader import JournalReader
from ..execution import run
from ..execution.seed import rows_of, run_to_end
from ..sources import BadSeed, Seed


class Spread(BaseModel):
    """An estimate for all seeds and its 95% interval, from the mean of the sampled ones (normal approximation)."""

    value: float
    low: float
    high: float


class Estimate(Documented):
    """What a build will need in all, including the sample, which is not paid for again."""

    seeds: int
    sampled: int
    """Seeds in the sample."""
    asks: Spread
    prompt_tokens: Spread
    answer_tokens: Spread
    usd: Spread | None
    """Null where a teacher has no declared price."""


def estimate(recipe: Recipe, folder: Path, k: int, watch: Watch | None) -> Estimate:
    """Ask about `k` seeds, which is paid and journaled, and scale up. Raises `RecipeError` for fewer than two."""
    if k < 2:
        raise RecipeError("an interval needs two seeds at least", where="--sample", got=k)
    with run.opened(recipe, folder) as work:
        if work.crew.family.round() is not None:
            hint = "`pluriset plan` without --sample gives the range, without API calls"
            raise RecipeError("a sample of the seeds has other rounds than the build", where="--sample", hint=hint)
        total = sum(1 for _ in work.crew.seeds())
        drawn = random.Random(recipe.seed).sample(range(total), min(k, total))
        work.crew = replace(work.crew, only=frozenset(drawn))
        work.ask(watch)
        needs = np.asarray([_need(work, recipe, seed) for seed in work.crew.seeds()], dtype=np.float64)
    asks, prompts, answers, money = (_spread(column, total) for column in needs.T)
    priced = bool(recipe.prices) and {*recipe.teachers} <= {*recipe.prices}
    return Estimate(
        seeds=total,
        sampled=len(needs),
        asks=asks,
        prompt_tokens=prompts,
        answer_tokens=answers,
        usd=money if priced else None,
    )


def _need(work: run.Run, recipe: Recipe, seed: Seed | BadSeed) -> tuple[float, float, float, float]:
    """Asks, tokens and dollars of one seed, counted by a replay."""
    engine = JournalReader(work.journal, work.crew.answerers)
    run_to_end(rows_of(work.crew.family, engine, seed))
    spent = engine.spending.values()
    prompts, answers = sum(s.input_tokens for s in spent), sum(s.output_tokens for s in spent)
    return engine.requests.total, prompts, answers, usd(engine.spending, recipe.prices) or 0.0


def _spread(values: np.ndarray[tuple[int], np.dtype[np.float64]], total: int) -> Spread:
    """`values` is float64 (seeds,): what each sampled seed needed. A sample of all seeds leaves nothing open."""
    mean, n = float(values.mean()), len(values)
    rest = (1 - n / total) ** 0.5
    half = Z * float(values.std(ddof=1)) / n**0.5 * rest if n > 1 else 0.0
    bounds = (round(total * bound, 6) for bound in (mean, max(0.0, mean - half), mean + half))
    value, low, high = bounds
    return Spread(value=value, low=low, high=high)
