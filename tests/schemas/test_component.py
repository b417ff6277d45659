from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest

from pluriset.builders.teachers.openai import OpenAI
from pluriset.schemas import component, rows
from pluriset.schemas.catalog import KINDS
from pluriset.schemas.component import Component, Transport
from pluriset.schemas.errors import RecipeError
from pluriset.schemas.option_docs import described
from pluriset.schemas.rows import tables_of

CURATION = "pluriset.builders.curation"
PACKAGES = KINDS
EVERY = [(package, name) for package in PACKAGES.values() for name in component.names(package)]

STEP = '''
from pluriset.builders.curation import Step


class {name}(Step):
    """A step of somebody else."""

    volume: int = 1
    """How loud."""
'''


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another distribution: a step `shout`, a step that takes the name of one of ours, and a family of rows."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "__init__.py").touch()
    (tmp_path / "theirs" / "shout.py").write_text(STEP.format(name="Shout"))
    (tmp_path / "theirs" / "split.py").write_text(STEP.format(name="Split"))
    (tmp_path / "theirs" / "songs.py").write_text("from pluriset.schemas.rows.values import TABLES\n")
    info = tmp_path / "theirs-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    steps = "[pluriset.curation]\nshout = theirs.shout\nsplit = theirs.split\n"
    (info / "entry_points.txt").write_text(f"{steps}[pluriset.rows]\nsongs = theirs.songs\n")
    monkeypatch.syspath_prepend(tmp_path)
    for looked_for in (component._declared, component._known, rows._modules):
        looked_for.cache_clear()
    yield
    for looked_for in (component._declared, component._known, rows._modules):
        looked_for.cache_clear()


@pytest.mark.parametrize("name", ["nonsense", "", "Split", "../split", "split.Split", "__init__", "os", "split\n"])
def test_an_unknown_name_is_told_with_all_that_there_are(name: str) -> None:
    with pytest.raises(RecipeError) as error:
        component.load(CURATION, name, "recipe.yaml", "curation[0]")
    assert error.value.where == "recipe.yaml: curation[0]" and error.value.got == name
    assert error.value.expected == "one of " + ", ".join(component.names(CURATION))


@pytest.mark.parametrize("spec", [{"split": {}, "exact_duplicates": {}}, {}])
def test_one_name_is_needed(spec: dict[str, Any]) -> None:
    with pytest.raises(RecipeError, match="one name") as error:
        component.load(CURATION, spec, "recipe.yaml", "curation[0]")
    assert error.value.where == "recipe.yaml: curation[0]" and error.value.got == spec


@pytest.mark.parametrize(
    ("spec", "place", "what"),
    [
        ({"split": {"test": "much"}}, "curation[1].split.test", "number"),
        ({"split": {"tset": 0.1}}, "curation[1].split.tset", "unknown key"),
        ({"kaleido_filter": {"relevance": {"value": "x"}}}, "curation[1].kaleido_filter.relevance", ""),
        ({"split": [1]}, "curation[1].split", ""),
    ],
)
def test_a_wrong_option_is_told_with_its_path(spec: dict[str, Any], place: str, what: str) -> None:
    with pytest.raises(RecipeError) as error:
        component.load(CURATION, spec, "recipe.yaml", "curation[1]")
    assert str(error.value.where).startswith(f"recipe.yaml: {place}") and what in error.value.what


def test_a_name_alone_and_a_name_with_nothing_mean_the_defaults() -> None:
    plain = component.load(CURATION, "exact_duplicates")
    assert (
        plain
        == component.load(CURATION, {"exact_duplicates": None})
        == component.load(CURATION, {"exact_duplicates": {}})
    )


@pytest.mark.usefixtures("theirs")
def test_another_distribution_adds_a_component_and_replaces_none() -> None:
    assert "shout" in component.names(CURATION)
    loud = component.load(CURATION, {"shout": {"volume": 11}})
    assert (loud.component_name(), loud.answer_options()) == ("shout", {"volume": 11})
    with pytest.raises(RecipeError, match="unknown key"):
        component.load(CURATION, {"shout": {"pitch": 1}})
    assert {"kind": "curation", "name": "shout", "what": "A step of somebody else."} in component.listed(
        "curation", CURATION
    )
    assert component.find(CURATION, "split").__module__ == f"{CURATION}.split"


@pytest.mark.usefixtures("theirs")
def test_another_distribution_adds_a_family_of_rows() -> None:
    assert tables_of("songs") == tables_of("values")


def test_what_is_of_the_transport_is_no_part_of_an_answer() -> None:
    class Spoken(Component):
        model: str
        url: Annotated[str, Transport()] = "here"

    assert Spoken(model="m", url="there").answer_options() == {"model": "m"} == Spoken(model="m").answer_options()
    options = OpenAI(model="m", base_url="http://localhost:1/v1", timeout=1, concurrency=2).answer_options()
    assert options == OpenAI(model="m").answer_options() and {"model", "temperature"} <= set(options)
    assert not {"base_url", "api_key_env", "timeout", "concurrency"} & set(options)
    assert OpenAI(model="m", temperature=1).answer_options() != options


@pytest.mark.parametrize(("package", "name"), EVERY)
def test_every_component_and_option_says_what_it_is_for(package: str, name: str) -> None:
    found = component.find(package, name)
    assert found.__doc__ and found.component_name() == name
    assert [option["option"] for option in described(found) if not option["what"].strip()] == []
