"""YAML as we write and read it: what is read back is what went in, and nothing is read that means something else."""

from __future__ import annotations

import re
from typing import Any

import yaml

from .errors import RecipeError

BREAKS = frozenset("\x85\u2028\u2029")
"""Characters that YAML takes for line breaks but PyYAML writes as they are."""
SURROGATE = re.compile("[\ud800-\udfff]")
"""What an escape can write and no encoding of Unicode can hold."""


def dump_yaml(value: object) -> str:
    """A value as YAML, in the order in which it comes, no line folded."""
    text = _dump(value, True)
    return text if BREAKS.isdisjoint(text) else _dump(value, False)


class _Loader(yaml.SafeLoader):
    """YAML without aliases, which can make a small file endless, duplicate keys or half characters."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases are not read", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_scalar(self, node: Any) -> Any:
        value = super().construct_scalar(node)
        if SURROGATE.search(value):
            problem = "half of a surrogate pair is no character; write it as \\U and eight digits"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        return value

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: set[Any] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.MarkedYAMLError(problem=f"{name!r} is a duplicate key", problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


def load_yaml(raw: bytes, file: str) -> dict[str, Any]:
    """The keys and values in a YAML file. Raises `RecipeError` for anything else."""
    try:
        keys = yaml.load(raw.decode(), _Loader)  # noqa: S506 (a safe loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{file}: line {mark.line + 1}" if mark else file
        raise RecipeError("not a YAML file", where=place, got=getattr(error, "problem", None) or str(error)) from None
    if not isinstance(keys, dict):
        raise RecipeError("not keys and values", where=file, got=keys, expected="YAML with a key at the top")
    return keys


def _dump(value: object, plain: bool) -> str:
    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=plain, width=2**31))
