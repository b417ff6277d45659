from collections.abc import Callable
from typing import Any

import pytest
from pluriset.cards.gate import enforce, problems
from pluriset.schemas.errors import ChecksFailed
from pluriset.schemas.manifest import Manifest
from pluriset.schemas.recipe import Recipe
from pluriset.schemas.report import Finding, Report
from pluriset.tests.cards.conftest import report_of

Make = Callable[..., Manifest]


def finding(check: str, severity: Any = "error", count: int = 2, **facts: Any) -> Finding:
    return Finding(
        check=check, severity=severity, title="T.", table="annotations", count=count, of=9, examples=[], **facts
    )


def found(manifest: Manifest, *findings: Finding, **facts: Any) -> list[str]:
    report: Report = report_of(findings=list(findings), **facts)
    return [problem.what for problem in problems(manifest, report)]


def test_a_sound_run_passes(make_manifest: Make) -> None:
    enforce(make_manifest(), report_of())


def test_errors_block_and_other_findings_do_not(make_manifest: Make) -> None:
    said = found(make_manifest(), finding("a"), finding("b", "warning"), finding("c", count=0))
    assert said == ["Check a fails for 2 of 9 rows of annotations."]
    assert found(make_manifest(), finding("a", suppressed="known, and harmless")) == []


def test_a_repair_is_named(make_manifest: Make) -> None:
    with pytest.raises(ChecksFailed, match=r"hint: add the curation step `mend` and build again") as caught:
        enforce(make_manifest(), report_of(findings=[finding("a", repair="mend")]))
    assert caught.value.exit_code == 1


def test_a_conflict_of_licences_blocks_until_it_is_overridden(
    make_manifest: Make, recipe: Callable[..., Recipe]
) -> None:
    card = {"sources": [{"name": "S", "license": "cc-by-nc-4.0"}], "terms": {"main": "mit"}}
    with pytest.raises(ChecksFailed) as caught:
        enforce(make_manifest(recipe=recipe(card=card)), report_of())
    assert "source S is under cc-by-nc-4.0, which does not allow commercial use; cc-by-4.0 does." in str(caught.value)
    assert "a licence that fits is cc-by-nc-4.0" in str(caught.value)
    enforce(make_manifest(recipe=recipe(card=card | {"license_override": "S has agreed."})), report_of())
