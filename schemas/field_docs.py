"""What the text below a field says of it: read from the source when a schema asks for it, as a start has no time to."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from . import aliases


class Documented(BaseModel):
    """Base of a model whose JSON Schema describes each field by the text below it."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The schema as pydantic makes it, and a description wherever it has none."""
        schema = handler(core_schema)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for field, meaning in meanings(cls).items():
            if field in cls.model_fields and (name := cls.model_fields[field].alias or field) in properties:
                properties[name].setdefault("description", meaning)
        return schema


class Stored(Documented):
    """Base of what is read from files that an older version may have written."""

    @model_validator(mode="before")
    @classmethod
    def _current_names(cls, given: Any) -> Any:
        """Fields that were renamed are read under their old names too."""
        return aliases.fields(cls.__name__, given)


def meanings(model: type) -> dict[str, str]:
    """Field -> the text below it, in the class and in those that it is made of; nothing where there is no source."""
    return {
        field: meaning
        for base in reversed(model.__mro__)
        if (issubclass(base, BaseModel) and base is not BaseModel) or is_dataclass(base)
        for field, meaning in _of_module(base.__module__).get(base.__qualname__, {}).items()
    }


@cache
def _of_module(module: str) -> Mapping[str, Mapping[str, str]]:
    """Class -> field -> the text below it."""
    try:
        source = ast.parse(inspect.getsource(sys.modules[module]))
    except (KeyError, OSError, TypeError):
        return {}
    return {name: dict(_fields(node)) for name, node in _classes(source)}


def _classes(tree: ast.AST, within: str = "") -> Iterator[tuple[str, ast.ClassDef]]:
    """Every class with its qualified name."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.ClassDef(name=name):
                yield within + name, node
                yield from _classes(node, f"{within}{name}.")
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield from _classes(node, f"{within}{name}.<locals>.")
            case _:
                yield from _classes(node, within)


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, below in pairwise(node.body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(meaning))):
                yield name, inspect.cleandoc(meaning)
