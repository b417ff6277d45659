"""Ready-made files that build a run in shards on a cluster, one template a scheduler.

A template is `<scheduler>.j2` in this package. Schedulers place the processes and start them again; no request passes
through them.
"""

from __future__ import annotations

import json
import re
import shlex
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from ...schemas.errors import RecipeError
from ...schemas.recipe import Recipe
from ..execution.resolve import resolve
from ..execution.sharded import check_shardable, check_unshared_limits

ENDING = ".j2"
RETRIES = 5
"""How often a scheduler starts a shard again that failed."""


def schedulers() -> list[str]:
    """The schedulers that there are templates for."""
    names = (path.name for path in files(__name__).iterdir())
    return sorted(name.removesuffix(ENDING) for name in names if name.endswith(ENDING))


def launch_file(scheduler: str, recipe: Recipe, file: Path, out: Path, shards: int, workers: int) -> str:
    """The file that builds a recipe in shards, `workers` of them at once.

    Raises `RecipeError` for an unknown scheduler, and for a recipe that cannot be built in shards.
    """
    if scheduler not in schedulers():
        raise RecipeError.unknown("no template for this scheduler", scheduler, schedulers(), where="SCHEDULER")
    crew = resolve(recipe)
    check_shardable(crew, out)
    check_unshared_limits(crew)
    environment = Environment(
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - shell and YAML, quoted by the filters
    )
    environment.filters |= {"sh": shlex.quote, "json": json.dumps}
    template = environment.from_string(files(__name__).joinpath(scheduler + ENDING).read_text(encoding="utf-8"))
    return template.render(
        name=re.sub(r"[^a-z0-9]+", "-", recipe.name)[:50].strip("-"),
        recipe=str(file),
        out=str(out),
        shards=shards,
        workers=min(workers, shards),
        retries=RETRIES,
        gpus=sum(teacher.gpus() for teacher in crew.teachers.values()),
    )
