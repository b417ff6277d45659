"""How many tokens an answer may have where a family sets no limit: those of the longest that its schema allows.

The numbers of tokens for a character are ours, on the safe side for Latin script. A family in a language whose script
takes more of them has the option `answer_tokens`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

TOKENS_PER_CHARACTER = 0.5
"""English takes 0.25 with its punctuation, Spanish and German 0.35."""
UNBOUNDED_TEXT = 400
"""Characters of a text whose schema has no `maxLength`."""
UNBOUNDED_LIST = 8
"""Members of a list whose schema has no `maxItems`."""
NUMBER = 12
"""Characters of a number."""


def answer_limit(schema: Mapping[str, Any]) -> int:
    """Tokens of the longest answer under a JSON Schema."""
    return math.ceil(_characters(schema, schema.get("$defs", {}), ()) * TOKENS_PER_CHARACTER) + 1


def _characters(part: Mapping[str, Any], definitions: Mapping[str, Any], inside: tuple[str, ...]) -> int:
    """Characters of the longest JSON text under a part of a schema; a definition inside itself counts once."""
    if (name := str(part.get("$ref", "")).rpartition("/")[2]) and name not in inside:
        return _characters(definitions[name], definitions, (*inside, name))
    choices = [*part.get("anyOf", ()), *part.get("oneOf", ())]
    if choices:
        return max(_characters(choice, definitions, inside) for choice in choices)
    if "const" in part or "enum" in part:
        return max(len(str(value)) for value in part.get("enum", [part.get("const")])) + 2
    match part.get("type"):
        case "object":
            fields = part.get("properties", {}).items()
            return 2 + sum(len(key) + 4 + _characters(value, definitions, inside) for key, value in fields)
        case "array":
            members = int(part.get("maxItems", UNBOUNDED_LIST))
            return 2 + members * (1 + _characters(part.get("items", {}), definitions, inside))
        case "string":
            return int(part.get("maxLength", UNBOUNDED_TEXT)) + 2
        case "integer" | "number":
            return NUMBER
        case _:
            return len("false")
