"""A request as a form for a person, made of the JSON Schema under which a model would answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from pydantic_core import from_json

from ...schemas.forms import Choice, Either, Form, Group, Input, Part, Repeat
from ...schemas.request import RE_ASK
from ..asking.narrow import narrowed
from .listed_options import listed, readable, scaled, without_line

MAX_SCALE = 11
"""Whole numbers that are shown as a scale to choose from; more are typed in."""
MAX_BLOCKS = 8
"""Members of a list that can be filled in on one page."""
Schema = Mapping[str, Any]
Turn = Mapping[str, str]


def form(schema: Schema, messages: Sequence[Turn], narrow: Mapping[str, Any] | None = None) -> Form:
    """The form of a request: its schema, its messages, and the bounds that hold for it alone."""
    again = messages[-1]["content"] == RE_ASK.content
    turns = messages[:-2] if again else messages
    builder = _Builder(turns[-1]["content"], schema.get("$defs", {}))
    inputs = builder.group(narrowed(schema, narrow) if narrow else schema, "", "")
    system = [turn["content"] for turn in turns if turn["role"] == "system"]
    talk = [turn for turn in turns[:-1] if turn["role"] != "system"]
    shown = [
        (question["content"], _readable_answer(answer["content"]))
        for question, answer in pairwise(talk)
        if question["role"] == "user" and answer["role"] == "assistant"
    ]
    return Form("\n\n".join(system), shown, builder.question, inputs, again)


def _readable_answer(content: str) -> str:
    """The answer of an example, field by field; as it is, where it is more than one object of values."""
    try:
        fields = from_json(content)
    except ValueError:
        return content
    if not isinstance(fields, dict) or any(isinstance(value, dict | list) for value in fields.values()):
        return content
    return "\n".join(f"{readable(name).capitalize()}: {value}" for name, value in fields.items())


class _Builder:
    """Builds the parts of one form; lines that became labels and choices leave the question."""

    def __init__(self, question: str, definitions: Schema) -> None:
        self.question, self._definitions = question, definitions

    def group(self, schema: Schema, name: str, label: str) -> Group:
        """An object of the answer."""
        prefix = f"{name}." if name else ""
        parts = [self._part(one, f"{prefix}{key}", key) for key, one in self._resolved(schema)["properties"].items()]
        return Group(name, label, parts)

    def _part(self, schema: Schema, name: str, key: str) -> Part:
        schema, label = self._resolved(schema), self._label(schema, key)
        if "anyOf" in schema or "oneOf" in schema:
            variants = [self._resolved(one) for one in schema.get("anyOf") or schema["oneOf"]]
            return self._union(variants, name, key, label)
        kind = schema.get("type")
        if kind == "object" and "properties" in schema:
            return self.group(schema, name, label)
        if kind == "array":
            return self._list(schema, name, key, label)
        return self._input(schema, name, key, label)

    def _label(self, schema: Schema, key: str) -> str:
        """What a field asks: its title where a family gave it one, which then leaves the question; else its name."""
        title, name = schema.get("title", ""), readable(key)
        if "$ref" in schema or title.casefold() in ("", name.casefold()):  # titles that pydantic makes of names
            return name.capitalize()
        self.question = without_line(self.question, title)
        return str(title)

    def _union(self, variants: Sequence[Schema], name: str, key: str, label: str) -> Part:
        """Objects to choose between; else one input, such as a scale with an abstention."""
        if all(one.get("type") == "object" for one in variants):
            groups = [
                self.group(one, f"{name}.{at}", readable(str(one.get("title", at)))) for at, one in enumerate(variants)
            ]
            return Either(name, label, groups)
        closed = [choice for one in variants for choice in self._closed(one, key)]
        opens = [one for one in variants if not self._closed(one, key) and one.get("type") != "null"]
        if not opens:
            return Input(name, label, "choice", closed)
        whole = self._input(opens[0], name, key, label)
        return Input(
            name, label, whole.kind, closed, whole.low, whole.high, whole.whole, whole.min_length, whole.max_length
        )

    def _list(self, schema: Schema, name: str, key: str, label: str) -> Part:
        """Groups for objects, choices for labels, and lines for texts."""
        member = self._resolved(schema["items"])
        fewest, most = schema.get("minItems", 0), schema.get("maxItems")
        if member.get("type") == "object":
            blocks = range(max(fewest, min(most or MAX_BLOCKS, MAX_BLOCKS)))
            return Repeat(name, label, [self.group(member, f"{name}.{at}", str(at + 1)) for at in blocks], fewest)
        if closed := self._closed(member, key) if member.get("type") != "integer" else []:
            return Input(name, label, "choices", closed, low=fewest, high=most)
        return Input(name, label, "lines", low=fewest, high=most, whole=member.get("type") == "integer")

    def _input(self, schema: Schema, name: str, key: str, label: str) -> Input:
        kind = schema.get("type")
        if closed := self._closed(schema, key):
            return Input(name, label, "choice", closed)
        if kind in ("integer", "number"):
            low, high = schema.get("minimum"), schema.get("maximum")
            return Input(name, label, "number", low=low, high=high, whole=kind == "integer")
        return Input(
            name,
            label,
            "text",
            min_length=schema.get("minLength", 0),
            max_length=schema.get("maxLength", 4000),
            pattern=schema.get("pattern"),
        )

    def _closed(self, schema: Schema, key: str) -> list[Choice]:
        """What can be chosen, where there are few; empty where the answer is open."""
        if "const" in schema:
            return [Choice(schema["const"], readable(str(schema["const"])))]
        if schema.get("type") == "boolean":
            return [Choice(True, "yes"), Choice(False, "no")]
        if "enum" in schema:
            if not all(isinstance(one, str) for one in schema["enum"]):
                return [Choice(one, str(one)) for one in schema["enum"]]
            choices, self.question = listed(self.question, key, schema["enum"])
            return choices
        low, high = schema.get("minimum"), schema.get("maximum")
        if schema.get("type") == "integer" and low is not None and high is not None and high - low < MAX_SCALE:
            choices, self.question = scaled(self.question, key, range(int(low), int(high) + 1))
            return choices
        return []

    def _resolved(self, schema: Schema) -> Schema:
        return self._definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
