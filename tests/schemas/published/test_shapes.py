"""What must hold for every published dataset that we know."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pluriset.schemas.component import find, names
from pluriset.schemas.published_dataset import PublishedDataset
from pluriset.schemas.row import columns

PACKAGE = "pluriset.schemas.published"


def shape(name: str) -> PublishedDataset:
    found = find(PACKAGE, name)
    assert issubclass(found, PublishedDataset)
    return found()


@pytest.mark.parametrize("name", names(PACKAGE))
def test_says_what_it_is(name: str) -> None:
    known = shape(name)
    assert known.citation.startswith("@") and known.citation.count("{") == known.citation.count("}")
    assert known.licence.url.startswith("https://") and known.evidence
    for config in known.configs.values():
        assert all(column.description for column in columns(config.row))


@pytest.mark.parametrize("name", [name for name in names(PACKAGE) if shape(name).family or shape(name).needs])
def test_translations_name_what_they_promise(name: str) -> None:
    known = shape(name)
    assert set(known.from_tables().rows) == set(known.configs)
    reads_back = type(known).to_tables is not PublishedDataset.to_tables
    back = [known.to_tables()] if reads_back else []
    for translation in (known.from_tables(), *back):
        assert all(step.startswith("_") for step in translation.steps)


PURE = """
import importlib, sys
for module in sys.argv[1:]:
    importlib.import_module(module)
    if heavy := {"duckdb", "polars", "pyarrow", "datasets"} & {*sys.modules}:
        sys.exit(f"{module} imports {heavy}")
"""


def test_all_are_pure() -> None:
    modules = [f"{PACKAGE}.{name}" for name in names(PACKAGE)]
    ran = subprocess.run([sys.executable, "-c", PURE, *modules], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
