"""A recipe to start from: that of a family, with every key explained by what its model says of it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ...schemas.component import find
from ...schemas.errors import RunError
from ...schemas.field_docs import meanings
from ...schemas.recipe import Recipe
from ...schemas.yaml_text import dump_yaml
from .. import PACKAGE
from . import recipe_file

SCHEMA_SUFFIX = ".schema.json"
"""Ending of the JSON Schema that is written beside a recipe."""
WIDTH = 100
"""Longest line of a comment; a longer default, such as a prompt, is left out."""


def write(family: str, path: Path) -> list[Path]:
    """Write a commented recipe and its JSON Schema. Raises `RunError` if a file exists or cannot be written."""
    schema = path.with_name(path.stem + SCHEMA_SUFFIX)
    texts = {
        path: commented(family, schema.name),
        schema: json.dumps(Recipe.model_json_schema(), ensure_ascii=False, indent=1) + "\n",
    }
    for file in texts:
        if file.exists():
            raise RunError("the file already exists", where=str(file), hint="choose another name with --out")
    try:
        for file, text in texts.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise RunError("cannot write the recipe", where=str(path), got=error.strerror) from None
    return [*texts]


def commented(family: str, schema: str) -> str:
    """A recipe for a family as YAML, led by the schema for editors; keys that are not set are comments."""
    model = find(f"{PACKAGE}.families", family)
    given = _starting_point(family)
    options = given["family"].get(family) if isinstance(given["family"], dict) else None
    lines = [f"# yaml-language-server: $schema={schema}"]
    for name in Recipe.model_fields:
        lines += ["", *_comment(meanings(Recipe)[name])]
        if name == "family":
            lines += ["family:", f"  {family}:", *_keys(model, options or {}, "    ")]
        else:
            lines += _key(Recipe, name, given, "")
    return "\n".join(lines) + "\n"


def _starting_point(family: str) -> dict[str, Any]:
    """The top-level keys of the recipe shipped for a family, else the fewest that one needs."""
    if family in recipe_file.shipped_names():
        return recipe_file.shipped(family, {}).model_dump(mode="json", exclude_unset=True)
    return {
        "name": f"my-{family.replace('_', '-')}",
        "license": None,
        "source": {"file": {"path": "seeds.jsonl", "text": "text"}},
        "teachers": {"main": "embedded"},
        "family": {family: {}},
    }


def _keys(model: type[BaseModel], given: Mapping[str, Any], indent: str) -> Iterator[str]:
    """Every key of a model below its meaning."""
    docs = meanings(model)
    for name in model.model_fields:
        if lines := [*_key(model, name, given, indent)]:
            yield from _comment(docs.get(name, ""), indent)
            yield from lines


def _key(model: type[BaseModel], name: str, given: Mapping[str, Any], indent: str) -> Iterator[str]:
    """A key with its value; as a comment with its default where it is not set, the keys of a model one by one."""
    field = model.model_fields[name]
    inner = field.annotation if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel) else None
    if name in given and inner and isinstance(given[name], Mapping):
        yield f"{indent}{name}:"
        yield from _keys(inner, given[name], indent + "  ")
    elif name in given:
        yield from textwrap.indent(dump_yaml({name: given[name]}), indent).splitlines()
    else:
        default = field.get_default(call_default_factory=True, validated_data={})
        value = default.model_dump(mode="json") if isinstance(default, BaseModel) else default
        if (not field.is_required() and len(str(value)) <= WIDTH) or inner:
            yield from textwrap.indent(dump_yaml({name: value}), f"{indent}# ").splitlines()


def _comment(text: str, indent: str = "") -> list[str]:
    return [f"{indent}# {line}" for line in textwrap.wrap(text, WIDTH)]
