from __future__ import annotations

import re
from pathlib import Path

import pytest

import pluriset.cards.viewer

ASSETS = Path(pluriset.cards.viewer.__file__).parent / "assets"
MODULES = {path.name: path.read_text() for path in sorted(ASSETS.glob("*.mjs"))}
EXPORT = re.compile(r"^export (?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)
IMPORT = re.compile(r"^import \{([^}]*)\} from \"\./(?!vendor)([\w.]+)\";", re.MULTILINE)
CALL = re.compile(r"(?:\.\.\.|(?<![.\w]))(\w+)\(")
PARAMETERS = re.compile(r"function \w+\(([^)]*)\)|\(([^()]*)\) =>")
DECLARED = re.compile(r"\b(?:function|const|let|class) (\w+)")
NOT_CODE = re.compile(r"//.*|\"(?:[^\"\\\n]|\\.)*\"")
EXPORTED = {name: frozenset(EXPORT.findall(source)) for name, source in MODULES.items()}


def imported(source: str) -> dict[str, list[str]]:
    """Module -> the names that are imported from it."""
    return {module: re.findall(r"\w+", names) for names, module in IMPORT.findall(source)}


@pytest.mark.parametrize("module", MODULES)
def test_every_imported_name_is_exported_where_it_comes_from(module: str) -> None:
    for name, names in imported(MODULES[module]).items():
        assert set(names) <= EXPORTED[name], name


@pytest.mark.parametrize("module", MODULES)
def test_every_exported_function_that_is_called_is_imported(module: str) -> None:
    source = MODULES[module]
    code = NOT_CODE.sub("", IMPORT.sub("", source))
    parameters = re.findall(r"\w+", str(PARAMETERS.findall(code)))
    known = {*DECLARED.findall(code), *parameters}.union(*imported(source).values())
    assert set(CALL.findall(code)) & frozenset().union(*EXPORTED.values()) <= known
