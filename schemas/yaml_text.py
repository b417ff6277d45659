"""YAML as we write it: what is read back is what went in."""

from __future__ import annotations

import yaml

BREAKS = frozenset("\x85\u2028\u2029")
"""Characters that YAML takes for line breaks but PyYAML writes as they are."""


def dump_yaml(value: object) -> str:
    """A value as YAML, in the order in which it comes, no line folded."""
    text = _dump(value, True)
    return text if BREAKS.isdisjoint(text) else _dump(value, False)


def _dump(value: object, plain: bool) -> str:
    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=plain, width=2**31))
