"""Rendering the card of a dataset from its manifest and report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from huggingface_hub import DatasetCardData
from jinja2 import Environment, StrictUndefined, Template
from pydantic_core import to_json

from ...schemas import family_schema
from ...schemas.errors import RecipeError
from ...schemas.manifest import Manifest
from ...schemas.report import Report
from ...schemas.run_layout import CARD, CROISSANT, EVAL
from ...validators.tables.atomic_write import write_atomic
from ..facts import people
from ..facts.limitations import limitations
from ..facts.manifest_facts import row_types
from ..facts.manifest_figures import with_manifest_figures
from ..facts.refusals import RefusalCount, refusals
from ..formats.croissant import croissant
from ..formats.inspect_eval import eval_yaml
from ..markdown import Safe, code, fenced, label, md, prose
from ..plots.drawing import can_draw, write_plots
from ..plots.plots import Plot, plots
from . import results, sections
from .front_matter import front_matter_problems
from .metadata import metadata
from .sample import sample


def write(folder: Path, manifest: Manifest, report: Report) -> None:
    """Write what describes a run into its folder: card, plots, Croissant, benchmark.

    Raises `RecipeError` if the Hub would not accept the card, and `RunError` if a file cannot be written.
    """
    report = with_manifest_figures(report, manifest)
    drawn = [*plots(report.model_copy(update={"plots": dict(family_schema.plots(manifest))}))]
    write_plots(folder, drawn)
    write_atomic(folder / CARD, render(manifest, report, drawn, refusals(folder), sample(folder, manifest)))
    write_atomic(folder / CROISSANT, to_json(croissant(manifest, report), indent=1))
    if tasks := eval_yaml(manifest):
        write_atomic(folder / EVAL, tasks)


def render(
    manifest: Manifest,
    report: Report,
    plots: Sequence[Plot] = (),
    refused: Sequence[RefusalCount] = (),
    first_rows: Mapping[str, Any] | None = None,
) -> str:
    """The text of the card, with these plots, refusals and first rows."""
    front = metadata(manifest)
    if problems := front_matter_problems(front):
        raise RecipeError(
            "the Hub would not accept this card",
            where=f"{manifest.recipe.file}: card",
            got="; ".join(problems),
            hint="fix the recipe and build again: no request is sent twice",
        )
    return _template().render(
        front=Safe(DatasetCardData(**front).to_yaml() + "\n"),
        manifest=manifest,
        recipe=manifest.recipe,
        words=manifest.recipe.card,
        counts=manifest.books,
        report=report,
        types=row_types(manifest),
        contents=sections.contents(manifest),
        first_rows=first_rows or {"head": [], "rows": []},
        benchmarks=sections.benchmark_rows(manifest),
        creation=sections.creation(manifest),
        left=sections.left_after_curation(manifest),
        refused=sections.refused(refused),
        annotators=people.annotator_tables(manifest, report),
        private=people.privacy_statements(manifest, report),
        checklist=people.checklist_table(manifest, report),
        audits=results.audits(report),
        measures=results.measures(report, plots if can_draw() else ()),
        plots_missing=bool(plots) and not can_draw(),
        checks=results.checks(report),
        limitations=limitations(manifest, report),
        licensed=sections.licensed(manifest),
    )


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True,
        finalize=md,  # escapes every value that is not marked as safe
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    ours = {
        "code": code,
        "fenced": fenced,
        "label": label,
        "prose": prose,
        "spec": sections.spec,
        "options": sections.options,
    }
    environment.filters |= {**ours, "columns": sections.column_rows, "meaning": sections.meaning}
    return environment.from_string((resources.files(__package__) / "card.md.j2").read_text(encoding="utf-8"))
