"""The scripts of the page as one classic script: browsers load no modules from a file on disk."""

from __future__ import annotations

import re

from .server import read_asset

IMPORT = re.compile(r'^import \{([^}]+)\} from "\./([\w-]+\.mjs)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const) (\w+))", re.MULTILINE)


def classic(entry: str) -> str:
    """A module and all that it imports, each in a function of its own, in the order in which they need each other.

    Our modules import names from files beside them and export functions and constants, and nothing else.
    """
    parts: dict[str, str] = {}
    _add(entry, parts)
    body = "\n".join(f'modules["{name}"] = (() => {{\n{text}\n}})();' for name, text in parts.items())
    return f'"use strict";\n(() => {{\nconst modules = {{}};\n{body}\n}})();\n'


def _add(name: str, parts: dict[str, str]) -> None:
    if name in parts:
        return
    text = read_asset(name)
    for _, needed in IMPORT.findall(text):
        _add(needed, parts)
    exported = ", ".join(EXPORT.findall(text))
    text = IMPORT.sub(lambda found: f'const {{{found[1]}}} = modules["{found[2]}"];\n', text)
    parts[name] = f"{EXPORT.sub('', text)}\nreturn {{ {exported} }};"
