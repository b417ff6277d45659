"""Data for the sections of a card that come from the manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from pydantic_core import to_json

from ...schemas.manifest import Manifest
from ...schemas.recipe import Spec
from ...schemas.row import Column, Row, columns
from ...schemas.rows.shared import Attributes
from ..facts.licensing import conflicts, describe_freest_licence, ingredients, notices
from ..facts.manifest_facts import annotators_by_role, row_count, row_types, splits_with_rows, total_rows
from ..facts.refusals import RefusalCount
from ..formats.inspect_eval import benchmark_split, benchmarks, question_count
from ..markdown import Safe, code, md, prose

Lines = list[list[object]]
"""Rows of a table in the card."""
LONG_OPTION = 80
"""An option of a family that is longer, or has several lines, is a prompt and shown on its own."""
SHORT_REVISION = 19
"""Characters of a revision that a card shows."""


def contents(manifest: Manifest) -> dict[str, Any]:
    """The tables of a dataset and their sizes."""
    types = row_types(manifest)
    tables = [[code(name), row_count(manifest, name), _splits(manifest, name), meaning(types[name])] for name in types]
    main = summary(types[manifest.main_table])
    return {
        "a_row": prose(main[:1].lower() + main[1:]),
        "has_annotations": row_count(manifest, "annotations") > 0,
        "tables": tables,
        "has_empty_splits": any(
            len(splits_with_rows(manifest, name)) < len(manifest.tables[name].splits) for name in types
        ),
    }


def creation(manifest: Manifest) -> dict[str, Any]:
    """Teachers, annotators and prompts, and how many rows curation removed."""
    priced = any(spending.usd is not None for spending in manifest.books.spending)
    return {
        "teachers": _teachers(manifest),
        "annotators": _annotators(manifest),
        "prompts": _prompts(manifest),
        "rows": [
            [code(table), counts.generated, counts.published, options(counts.removed)]
            for table, counts in manifest.books.rows.items()
        ],
        "spending": _spending(manifest, priced),
        "spending_head": ["role", "teacher", "answers", "tokens in", "tokens out", *(["USD"] if priced else [])],
    }


def refused(counts: Sequence[RefusalCount]) -> Lines:
    """Annotator, its declared attributes, reason and count of each kind of refusal."""
    return [[who, _attributes(declared), reason, count] for who, declared, reason, count in counts]


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


def left_after_curation(manifest: Manifest) -> Lines:
    """The groups that curation made smaller, step by step."""
    return [
        [
            code(effect.step),
            code(group.table),
            Safe("{}: {}").format(md(group.attribute.replace("_", " ")), md(group.value)),
            group.before,
            group.after,
            f"{100 * (1 - group.after / group.before):.3g}%",
        ]
        for effect in manifest.curation
        for group in effect.groups
        if group.after < group.before
    ]


def licensed(manifest: Manifest) -> dict[str, Any]:
    """The licence, the terms it must honour, and every conflict with the reason to override it."""
    recipe, best = manifest.recipe, describe_freest_licence(manifest)
    details = [text for text in (recipe.card.license_name, recipe.card.license_link) if text]
    override = recipe.card.license_override
    resolution = f"Overridden: {override}" if override else "Until resolved, the dataset must not be published."
    return {
        "name": Safe(", ").join([code(recipe.license), *map(md, details)]),
        "sources": [[s.name, code(s.license), s.url, s.citation] for s in recipe.card.sources],
        "ingredients": [[e.name, e.licence or "unknown", e.terms and e.terms.link] for e in ingredients(manifest)],
        "notices": notices(manifest),
        "conflicts": [conflict.what for conflict in conflicts(manifest)],
        "verdict": f"Licence conflicts. {best[0].upper()}{best[1:]}. {resolution}",
    }


def spec(described: Spec) -> str:
    """A component of a recipe with its options, in one line."""
    if isinstance(described, str):
        return described
    return "; ".join(f"{name} ({options(chosen)})" if chosen else name for name, chosen in described.items())


def options(chosen: Mapping[str, Any]) -> str:
    """Names and values in one line."""
    texts = {name: value if isinstance(value, str) else to_json(value).decode() for name, value in chosen.items()}
    return ", ".join(f"{name}: {value}" for name, value in texts.items())


def column_rows(row_type: type[Row]) -> Lines:
    """Name, type, nullability and meaning of every column."""
    return [[code(c.name), _type(c.schema), "yes" if c.nullable else "", _explained(c)] for c in columns(row_type)]


def meaning(row_type: type[Row]) -> Markup:
    """What a row stands for."""
    return prose(summary(row_type))


def summary(documented: type) -> str:
    """The first line of a docstring."""
    return (documented.__doc__ or "").partition("\n")[0]


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
    """A revision, cut to a length that identifies it; the manifest has all of it."""
    text = revision or "unknown"
    return text if len(text) <= SHORT_REVISION else text[:SHORT_REVISION] + "…"


def _annotators(manifest: Manifest) -> Lines:
    """The annotators of each role; the generated id of a persona is in the table `annotators`."""
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
    """The prompts and examples of the family one by one, then all other options together."""
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


def _explained(column: Column) -> Markup:
    role = [Safe("Key.")] if column.is_key else []
    target = [Safe("Points to {}.").format(code(column.foreign.target))] if column.foreign else []
    return Safe(" ").join([*role, *target, prose(column.description)])


def _type(schema: Mapping[str, Any]) -> Markup:
    """A type in words: the values of a closed one, the parts of a nested one."""
    match schema:
        case {"enum": values}:
            return Safe("one of {}").format(Safe(", ").join(code(value) for value in values))
        case {"const": value}:
            return Safe("always {}").format(code(value))
        case {"type": "array", "items": items}:
            return Safe("list of {}").format(_type(items))
        case {"type": "object", "properties": parts}:
            return Safe("({})").format(Safe(", ").join(code(n) + Safe(" ") + _type(p) for n, p in parts.items()))
        case {"anyOf": kinds}:
            return Safe(" or ").join(map(_type, kinds))
        case _:
            return md(schema["type"])
