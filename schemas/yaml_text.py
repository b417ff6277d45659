"""YAML as we write and read it: what is read back is what went in, and no document takes more than its bounds."""

from __future__ import annotations

import re
from typing import Any

import yaml

from . import bounds
from .errors import PlurisetError, RecipeError

BREAKS = frozenset("\x85\u2028\u2029")
"""Characters that YAML takes for line breaks but PyYAML writes as they are."""
SURROGATE = re.compile("[\ud800-\udfff]")
"""What an escape can write and no encoding of Unicode can hold."""
TEXT = "tag:yaml.org,2002:str"
LONGEST_SCALAR = 400
"""Characters of a number or a date; PyYAML takes quadratic time over them."""
UNREADABLE = (yaml.YAMLError, ValueError, OverflowError, LookupError, AttributeError, TypeError, RecursionError)
"""What PyYAML raises over a document that is none, or whose tag does not fit its value."""


def dump_yaml(value: object) -> str:
    """A value as YAML, in the order in which it comes, no line folded."""
    text = _dump(value, True)
    return text if BREAKS.isdisjoint(text) else _dump(value, False)


def load_yaml(raw: bytes, file: str, *, duplicates: bool = False) -> dict[str, Any]:
    """The keys and values of a YAML document, from a few plain types and within `schemas.bounds`.

    With `duplicates`, the last of several equal keys counts. Raises `RecipeError` for anything else.
    """
    if len(raw) > bounds.current().yaml_bytes:
        raise bounds.exceeded("yaml_bytes", file, len(raw), RecipeError)
    try:
        loader = _Loader(raw.decode(), file, duplicates)
        keys = loader.get_single_data()
    except UNREADABLE as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{file}: line {mark.line + 1}" if mark else file
        raise RecipeError("not a YAML file", where=place, got=getattr(error, "problem", None) or str(error)) from None
    if not isinstance(keys, dict):
        raise RecipeError("not keys and values", where=file, got=keys, expected="YAML with a key at the top")
    return keys


class _Loader(yaml.SafeLoader):
    """Plain types only; counts levels, aliases and values while it reads, before anything is built from them."""

    def __init__(self, text: str, file: str, duplicates: bool) -> None:
        super().__init__(text)
        self._file, self._duplicates, self._bounds = file, duplicates, bounds.current()
        self._level = self._aliases = 0
        self._values: dict[int, int] = {}
        """Node -> values in it, every alias replaced by what it stands for; absent while it is being read."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        is_alias = self.check_event(yaml.AliasEvent)
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        self._aliases += is_alias
        self._level += 1
        self._refuse_over("yaml_aliases", self._aliases, mark)
        self._refuse_over("yaml_depth", self._level, mark)
        node = super().compose_node(parent, index)
        self._level -= 1
        if is_alias and id(node) not in self._values:
            raise yaml.MarkedYAMLError(problem="an alias inside of what it stands for", problem_mark=mark)
        if not is_alias:
            self._values[id(node)] = self._count(node)
        self._refuse_over("yaml_values", self._values[id(node)], mark)
        return node

    def _count(self, node: Any) -> int:
        if isinstance(node, yaml.ScalarNode):
            return 1
        pairs = isinstance(node, yaml.MappingNode)
        parts = [part for pair in node.value for part in pair] if pairs else node.value
        return 1 + sum(self._values[id(part)] for part in parts)

    def _refuse_over(self, bound: str, got: int, mark: Any) -> None:
        if got > getattr(self._bounds, bound):
            raise bounds.exceeded(bound, f"{self._file}: line {mark.line + 1}", None, RecipeError)

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        is_scalar = isinstance(node, yaml.ScalarNode)
        if is_scalar and node.tag != TEXT and len(node.value) > LONGEST_SCALAR:
            raise yaml.MarkedYAMLError(problem="too long for a number or a date", problem_mark=node.start_mark)
        try:
            return super().construct_object(node, deep)
        except (PlurisetError, yaml.MarkedYAMLError):
            raise
        except UNREADABLE as error:
            problem = f"{node.tag.rpartition(':')[2]}: {error}"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark) from None

    def construct_scalar(self, node: Any) -> Any:
        value = super().construct_scalar(node)
        if SURROGATE.search(value):
            problem = "half of a surrogate pair is no character; write it as \\U and eight digits"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        return value

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: set[Any] = set()
        for key, _ in () if self._duplicates else node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.MarkedYAMLError(problem=f"{name!r} is a duplicate key", problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


def _dump(value: object, plain: bool) -> str:
    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=plain, width=2**31))
