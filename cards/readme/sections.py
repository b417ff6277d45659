"""What the sections of a card show: rows of its tables and lines of its lists, from manifest and report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from markupsafe import Markup
from pydantic_core import to_json

from ...schemas.component import find, names
from ...schemas.manifest import Manifest
from ...schemas.recipe import Spec
from ...schemas.report import Figure, Finding, Report, Severity
from ...schemas.row import Column, Row, columns
from ...schemas.rows.shared import Attributes
from ...schemas.run_layout import PLOTS
from ...validators import measures as measuring
from ..facts.licensing import conflicts, describe_freest_licence, ingredients, notices
from ..facts.manifest_facts import annotators_by_role, row_count, row_types, splits_with_rows, total_rows
from ..facts.refusals import RefusalCount
from ..formats.inspect_eval import benchmark_split, benchmarks, question_count
from ..markdown import Safe, code, md, number, prose
from ..plots.plots import Plot

Lines = list[list[object]]
"""The rows of a table in the card."""
LONG_OPTION = 80
"""A text of a family that is longer, or has several lines, is a prompt and shown on its own."""
SHORT_REVISION = 19
"""Characters of a revision that a card shows."""
MOST_FIGURES = 50
"""Figures of one measure that a card shows; the others are in the report."""
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
ELSEWHERE = ("annotator_coverage", "equivalence_classes")
"""Measures that have a section of their own."""


def contents(manifest: Manifest) -> dict[str, Any]:
    """What is in a dataset, and how large each part is."""
    known = row_types(manifest)
    tables = [[code(name), row_count(manifest, name), _splits(manifest, name), meaning(known[name])] for name in known]
    said = _doc(known[manifest.main_table])
    return {
        "a_row": prose(said[:1].lower() + said[1:]),
        "judged": row_count(manifest, "annotations") > 0,
        "tables": tables,
        "empty": any(len(splits_with_rows(manifest, name)) < len(manifest.tables[name].splits) for name in known),
    }


def creation(manifest: Manifest) -> dict[str, Any]:
    """Who wrote and judged, under which prompts, and what became of the rows."""
    priced = any(spending.usd is not None for spending in manifest.books.spending)
    return {
        "teachers": _teachers(manifest),
        "annotators": _annotators(manifest),
        "prompts": _prompts(manifest),
        "rows": [
            [code(table), counts.made, counts.published, options(counts.removed)]
            for table, counts in manifest.books.rows.items()
        ],
        "spending": _spending(manifest, priced),
        "spending_head": ["role", "teacher", "answers", "tokens in", "tokens out", *(["USD"] if priced else [])],
    }


def refused(found: Sequence[RefusalCount]) -> Lines:
    """Who refused, what is declared of it, for what reason, and how often."""
    return [[who, _attributes(declared), reason, count] for who, declared, reason, count in found]


def benchmark_rows(manifest: Manifest) -> Lines:
    """Task, size, split and command of each benchmark."""
    return [
        [
            code(aspect),
            question_count(splits),
            code(benchmark_split(splits)),
            code(f"inspect eval hf/<id>/{aspect} --model <model>"),
        ]
        for aspect, splits in benchmarks(manifest).items()
    ]


def measures(report: Report, plots: Sequence[Plot]) -> list[dict[str, Any]]:
    """The figures of each measure as a table, with its plot."""
    alt_texts = {plot.measure: plot.alt for plot in plots}
    found = []
    for name in dict.fromkeys(f.measure for f in report.figures if f.measure not in ELSEWHERE):
        figures = [figure for figure in report.figures if figure.measure == name]
        groups = list(dict.fromkeys(key for figure in figures for key in figure.group))
        interval = any(figure.low is not None for figure in figures)
        found.append(
            {
                "title": name.replace("_", " ").capitalize(),
                "meaning": prose(_measured(name)),
                "plot": f"{PLOTS}/{name}.png" if name in alt_texts else None,
                "alt": alt_texts.get(name),
                "head": [*groups, "value", *(["95% interval"] if interval else []), "n"],
                "rows": [_figure(figure, groups, interval) for figure in figures[:MOST_FIGURES]],
                "more": max(0, len(figures) - MOST_FIGURES),
            }
        )
    return found


def _measured(name: str) -> str:
    """What a measure says of itself; nothing if we do not know it."""
    known = name in names(measuring.__name__)
    return (find(measuring.__name__, name).__doc__ or "").partition("\n")[0] if known else ""


def checks(report: Report) -> dict[str, Any]:
    """What was checked, what was found, and what passed."""
    found = sorted((f for f in report.findings if f.count), key=lambda f: SEVERITIES.index(f.severity))
    passed = [finding for finding in report.findings if not finding.count]
    counts = ", ".join(f"{report.count(severity):,} of severity {severity}" for severity in SEVERITIES)
    return {
        "summary": f"Checks: {report.ran}. What they found: {counts}.",
        "failing": [[f.severity, _found_in(f), prose(f.headline), code(f.check)] for f in found],
        "passed": _passed(passed),
    }


def _found_in(finding: Finding) -> Markup:
    return Safe("{} of {}").format(prose(finding.counted), code(finding.table))


def _passed(findings: Sequence[Finding]) -> Lines:
    """A check in a line, with every table that it looked at."""
    tables: dict[tuple[str, str], list[Markup]] = {}
    for found in findings:
        looked_at = Safe("{} ({})").format(code(found.table), f"{found.of:,} {found.unit or 'rows'}")
        tables.setdefault((found.check, found.rule), []).append(looked_at)
    return [[prose(title), Safe(", ").join(looked_at), code(check)] for (check, title), looked_at in tables.items()]


def licensed(manifest: Manifest) -> dict[str, Any]:
    """The licence, what it rests on, and every conflict with the reason for which it is overridden."""
    recipe, fit = manifest.recipe, describe_freest_licence(manifest)
    named = [said for said in (recipe.card.license_name, recipe.card.license_link) if said]
    override = recipe.card.license_override
    why = f"They are overridden: {override}" if override else "While they stand, the dataset must not be published."
    return {
        "name": Safe(", ").join([code(recipe.license), *map(md, named)]),
        "sources": [[s.name, code(s.license), s.url, s.citation] for s in recipe.card.sources],
        "ingredients": [[e.what, e.licence or "not known", e.terms and e.terms.link] for e in ingredients(manifest)],
        "notices": notices(manifest),
        "conflicts": [conflict.what for conflict in conflicts(manifest)],
        "verdict": f"Conflicts of licences. {fit[0].upper()}{fit[1:]}. {why}",
    }


def spec(described: Spec) -> str:
    """A component of a recipe with its options, in a line."""
    if isinstance(described, str):
        return described
    return "; ".join(f"{name} ({options(chosen)})" if chosen else name for name, chosen in described.items())


def options(chosen: Mapping[str, Any]) -> str:
    """Names and values in a line."""
    said = {name: value if isinstance(value, str) else to_json(value).decode() for name, value in chosen.items()}
    return ", ".join(f"{name}: {value}" for name, value in said.items())


def column_rows(row_type: type[Row]) -> Lines:
    """Name, type, whether it may be null, and meaning of every column."""
    return [[code(c.name), _type(c.schema), "yes" if c.nullable else "", _explained(c)] for c in columns(row_type)]


def meaning(row_type: type[Row]) -> Markup:
    """What a row is, as its type says."""
    return prose(_doc(row_type))


def _doc(row_type: type[Row]) -> str:
    return (row_type.__doc__ or "").partition("\n")[0]


def _splits(manifest: Manifest, table: str) -> str:
    splits = manifest.tables[table].splits
    return ", ".join(f"{split} {total_rows(files):,}" for split, files in splits.items())


def _teachers(manifest: Manifest) -> Lines:
    found: Lines = []
    for name, facts in manifest.teachers.items():
        model = [facts.get("teacher"), facts.get("model"), _revision(facts.get("revision"))]
        found.append([code(name), *model, options(facts.get("options") or {})])
    return found


def _revision(revision: str | None) -> str:
    """A digest is as long as it must be to be told from others; the manifest has all of it."""
    known = revision or "not known"
    return known if len(known) <= SHORT_REVISION else known[:SHORT_REVISION] + "…"


def _annotators(manifest: Manifest) -> Lines:
    """A persona without an id of its own has one that was made for it; it is in the table `annotators`."""
    return [
        [role, who.id or ("" if who.persona else who.teacher), code(who.teacher), _persona(who.persona)]
        for role, members in annotators_by_role(manifest).items()
        for who in members
    ]


def _spending(manifest: Manifest, priced: bool) -> Lines:
    found: Lines = []
    for s in manifest.books.spending:
        usd = "not declared" if s.usd is None else f"{s.usd:,.4f}"
        counts = [s.role, code(s.teacher), s.answers, s.input_tokens, s.output_tokens]
        found.append([*counts, *([usd] if priced else [])])
    return found


def _prompts(manifest: Manifest) -> dict[str, Any]:
    """The prompts and examples of the family one by one, then every other option at once."""
    shown = {name: value for name, value in manifest.prompts.items() if _is_long(value)}
    others = {name: value for name, value in manifest.prompts.items() if name not in shown}
    return shown | ({"other options": others} if others else {})


def _is_long(value: object) -> bool:
    text = value if isinstance(value, str) else ""
    return isinstance(value, list | tuple) or len(text) > LONG_OPTION or "\n" in text


def _persona(persona: Attributes | None) -> str:
    return _attributes(persona.model_dump(exclude_none=True)) if persona else ""


def _attributes(declared: Mapping[str, str]) -> str:
    return "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in declared.items())


def _figure(figure: Figure, groups: Sequence[str], interval: bool) -> list[object]:
    about = [figure.group.get(name, "all") for name in groups]
    value = "not defined" if figure.value is None else figure.value
    known = figure.low is not None and figure.high is not None
    ends = Safe("{} to {}").format(number(figure.low or 0.0), number(figure.high or 0.0)) if known else ""
    return [*about, value, *([ends] if interval else []), figure.n]


def _explained(column: Column) -> Markup:
    role = [Safe("Key.")] if column.is_key else []
    target = [Safe("Points to {}.").format(code(column.foreign.target))] if column.foreign else []
    return Safe(" ").join([*role, *target, prose(column.description)])


def _type(schema: Mapping[str, Any]) -> Markup:
    """A type as a reader says it: the values of a closed one, the parts of a nested one."""
    match schema:
        case {"enum": values}:
            return Safe("one of {}").format(Safe(", ").join(code(value) for value in values))
        case {"const": value}:
            return Safe("always {}").format(code(value))
        case {"type": "array", "items": items}:
            return Safe("list of {}").format(_type(items))
        case {"type": "object", "properties": parts}:
            return Safe("({})").format(Safe(", ").join(code(n) + Safe(" ") + _type(p) for n, p in parts.items()))
        case _:
            return md(schema["type"])
