from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from pluriset.schemas.checks_file import ChecksFile
from pluriset.schemas.errors import DataError, from_validation
from pluriset.schemas.manifest import Manifest
from pluriset.schemas.option_docs import paths
from pluriset.schemas.recipe import Recipe

SAID: dict[str, Any] = {
    "name": "tiny",
    "license": "mit",
    "source": "file",
    "teachers": {"main": "embedded"},
    "family": "values",
}


def decision(**said: str) -> dict[str, Any]:
    return {"checks": [{"check": "blank_cells", **said}]}


@pytest.mark.parametrize(
    ("model", "said", "error"),
    [
        (Recipe, SAID | {"n": -3}, "f: n: Input should be greater than 0\n  got: -3"),
        (Recipe, SAID | {"name": "a b"}, "f: name: not in the form .*\n  got: a b\n  expected: text that matches .*"),
        (Recipe, SAID | {"license": "mine"}, "f: license: not a licence id .*\n  got: mine"),
        (
            Recipe,
            SAID | {"roles": {"judge": "man"}},
            "f: roles.judge: no teacher .* named 'man'; there is main; did you mean 'main'.",
        ),
        (
            Recipe,
            {"n": -1} | SAID | {"curaton": [1] * 99},
            "f: curaton: unknown key .*and 1 more: n.\n  expected: one of name, .*\n  hint: did you mean 'curation'.",
        ),
        (
            Recipe,
            SAID | {"card": {"purpose": "x"}},
            "f: card.purpose: unknown key\n  got: x\n  expected: one of .*, uses, .*\n  hint: look it up",
        ),
        (
            Recipe,
            SAID | {"annotators": {"panel": [{"teacher": "main", "persona": {"contry": "x"}}]}},
            "f: annotators.panel.0..persona.contry: .*expected: one of country, .*\n  hint: did you mean 'country'.",
        ),
        (Recipe, SAID | {"prices": {"main": {"inputs": 1}}}, ".*and 2 more.*one of input, output.*mean 'input'."),
        (ChecksFile, {"chekcs": []}, "f: chekcs: .*and 1 more: checks.\n  .*\n  hint: did you mean 'checks'.*"),
        (ChecksFile, {"checks": ["blank_cells"]}, "f: checks.0.: not keys and values\n  got: blank_cells"),
        (ChecksFile, decision(), "f: checks.0.: nothing is overridden: .*"),
        (ChecksFile, decision(suppress=" "), "f: .*suppress: not in the form .*\n  got: ' '\n  expected: some text"),
        (ChecksFile, decision(severity="bad"), "f: .*severity: not one of .*\n  got: bad\n  expected: 'error', .*"),
        (Manifest, b"{", "f: Invalid JSON: .*"),
    ],
)
def test_a_complaint_of_pydantic_in_our_words(model: type[BaseModel], said: Any, error: str) -> None:
    with pytest.raises(ValidationError) as found:
        model.model_validate_json(said) if isinstance(said, bytes) else model.model_validate(said)
    raised = from_validation(found.value, DataError, "f", keys=paths(model), hint="look it up")
    assert re.fullmatch(error, str(raised), re.DOTALL), raised
