from collections.abc import Callable, Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from pluriset.cards.facts.licensing import conflicts, describe_freest_licence, freest_licence, notices
from pluriset.schemas.licences import HUB_LICENCES
from pluriset.schemas.manifest import Manifest
from pluriset.schemas.recipe import Recipe
from pluriset.schemas.terms import LICENCES, MODELS, terms_of_model

Of = Callable[..., Manifest]


@pytest.fixture
def of(make_manifest: Callable[..., Manifest], recipe: Callable[..., Recipe]) -> Of:
    """A manifest with a licence, the licences of its sources, and the model of its teacher."""

    def make(licence: str, sources: Sequence[str] = ("cc0-1.0",), model: str = "SmolLM2-135M", **card: Any) -> Manifest:
        cited = [{"name": f"S{i}", "license": source} for i, source in enumerate(sources)]
        words = {"license_name": "L", "license_link": "https://example.org"} | card | {"sources": cited}
        teacher = {"teacher": "openai", "model": model, "revision": "r", "options": {}}
        return make_manifest(recipe=recipe(license=licence, card=words), teachers={"main": teacher})

    return make


@pytest.mark.parametrize(
    ("licence", "sources", "best", "conflict"),
    [
        ("cc-by-4.0", ["cc-by-3.0", "cc0-1.0"], "cc-by-4.0", None),
        ("cc0-1.0", ["cc0-1.0"], "cc0-1.0", None),
        ("cc0-1.0", ["apache-2.0"], "cc-by-4.0", "does not allow leaving out attribution; cc0-1.0 does."),
        ("cc-by-4.0", ["cc-by-nc-4.0"], "cc-by-nc-4.0", "does not allow commercial use; cc-by-4.0 does."),
        ("cc-by-nc-sa-4.0", ["cc-by-nc-4.0"], "cc-by-nc-4.0", None),
        ("other", ["cc-by-nc-4.0"], "cc-by-nc-4.0", "does not allow commercial use; other may."),
        ("other", ["cc-by-4.0"], "cc-by-4.0", None),
        (
            "cc-by-4.0",
            ["cc-by-sa-4.0"],
            "cc-by-sa-4.0",
            "requires derivatives to be under cc-by-sa-4.0, not cc-by-4.0.",
        ),
        ("cc-by-sa-4.0", ["cc-by-sa-3.0", "cc-by-sa-4.0"], "cc-by-sa-4.0", None),
        ("cc-by-sa-4.0", ["cc-by-sa-4.0", "odbl"], None, "requires derivatives to be under odbl, not cc-by-sa-4.0."),
        ("cc-by-sa-4.0", ["cc-by-sa-4.0", "cc-by-nc-4.0"], None, "S1 is under cc-by-nc-4.0"),
        ("cc-by-nc-nd-4.0", ["cc-by-nd-4.0"], None, "does not allow derivatives to be shared"),
        ("cc-by-4.0", ["Ask me"], None, "source S0: the terms of Ask me are unknown."),
        ("h-research", ["h-research"], None, None),
        ("other", ["other"], None, "source S0: the terms of other are unknown."),
        ("cc-by-4.0", [], None, "The licence of the seeds is not declared."),
    ],
)
def test_the_freest_licence_that_fits_the_sources(
    of: Of, licence: str, sources: list[str], best: str | None, conflict: str | None
) -> None:
    manifest = of(licence, sources)
    found = conflicts(manifest)
    assert freest_licence(manifest) == best
    assert len(found) == (conflict is not None)
    assert conflict is None or conflict in found[0].what


@pytest.mark.parametrize(
    ("sources", "model", "key"),
    [
        ([], "SmolLM2-135M", "declare card.sources: [{name, license}]"),
        (["unknown"], "SmolLM2-135M", "declare card.sources: [{name, license}]"),
        (["cc0-1.0"], "new", "declare card.terms: {main: "),
    ],
)
def test_no_licence_is_proposed_while_one_is_unknown(of: Of, sources: list[str], model: str, key: str) -> None:
    manifest = of("cc-by-4.0", sources, model)
    [conflict] = conflicts(manifest)
    assert conflict.hint.startswith(key) and not any(licence in conflict.hint for licence in LICENCES)
    assert freest_licence(manifest) is None and "unknown" in describe_freest_licence(manifest)


@pytest.mark.parametrize(
    ("model", "licence", "conflict"),
    [
        ("Qwen/Qwen3-32B", "cc0-1.0", None),
        ("gpt-4o-mini", "cc-by-4.0", "forbids to develop models that compete with those of the provider"),
        ("/models/Meta-Llama-3-8B-Instruct", "cc-by-4.0", "requires derivatives to be under llama3, not cc-by-4.0"),
        ("/models/Meta-Llama-3-8B-Instruct", "llama3", None),
        ("Llama-3.1-8B-Instruct", "cc-by-4.0", None),
        ("somebody/new-model", "cc-by-4.0", "teacher main (somebody/new-model): its terms are unknown."),
    ],
)
def test_terms_of_teachers_that_conflict(of: Of, model: str, licence: str, conflict: str | None) -> None:
    found = conflicts(of(licence, model=model))
    assert len(found) == (conflict is not None)
    assert conflict is None or conflict in found[0].what


def test_notices_of_models_are_passed_on(of: Of) -> None:
    told = notices(of("cc-by-4.0", model="Llama-3.1-8B-Instruct"))
    assert len(told) == 1
    assert 'begins with "Llama"' in told[0]
    assert notices(of("cc-by-4.0")) == []


def test_terms_of_an_unknown_model_can_be_declared(of: Of) -> None:
    assert conflicts(of("cc-by-4.0", model="new", terms={"main": "mit"})) == []
    assert conflicts(of("cc0-1.0", model="new", terms={"main": "mit"})) == []
    with pytest.raises(ValidationError, match="we do not know these terms: 'free'"):
        of("cc-by-4.0", terms={"main": "free"})
    with pytest.raises(ValidationError, match=r"card\.terms\.second: no teacher is named 'second'"):
        of("cc-by-4.0", terms={"second": "mit"})


def test_every_term_in_the_table_is_a_licence() -> None:
    ours = {"openai-terms", "anthropic-terms", "gemini-terms", "qwen-terms"}
    assert set(LICENCES) - ours <= HUB_LICENCES
    assert all(terms.link.startswith("https://") for terms in LICENCES.values())
    assert {licence for terms in LICENCES.values() for licence in terms.same} <= set(LICENCES)
    assert set(MODELS.values()) <= set(LICENCES)


@pytest.mark.parametrize(
    ("model", "terms"),
    [
        ("SmolLM2-135M-Instruct.Q4_1.gguf", "apache-2.0"),
        ("meta-llama/Llama-3.2-1B", "llama3.2"),
        ("meta-llama/Llama-4-Scout-17B", "llama4"),
        ("Llama-2-7b-chat-hf", "llama2"),
        ("google/gemma-3-27b-it", "gemma"),
        ("o3-mini", "openai-terms"),
        ("openai/gpt-oss-20b", "apache-2.0"),
        ("olmo-2", "apache-2.0"),
        ("Qwen2.5-3B", None),
        ("scripted", None),
    ],
)
def test_terms_are_found_by_model_name(model: str, terms: str | None) -> None:
    assert terms_of_model(model) == terms
