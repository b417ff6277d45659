from collections.abc import Callable
from typing import Any

import pytest

from pluriset.cards.publishing.gate import enforce, problems
from pluriset.schemas.errors import ChecksFailed
from pluriset.schemas.manifest import File, Manifest
from pluriset.schemas.recipe import Recipe
from pluriset.schemas.report import Figure, Finding, Report
from pluriset.tests.cards.conftest import report_of

Make = Callable[..., Manifest]


def finding(check: str, severity: Any = "error", count: int = 2, **facts: Any) -> Finding:
    return Finding(
        check=check, severity=severity, rule="T.", table="annotations", count=count, of=9, examples=[], **facts
    )


def report_with(*findings: Finding, **facts: Any) -> Report:
    looked = [*findings, finding("contact_details", "warning", count=0)]
    report: Report = report_of(findings=looked, **facts)
    return report


def found(manifest: Manifest, *findings: Finding, **facts: Any) -> list[str]:
    return [problem.what for problem in problems(manifest, report_with(*findings, **facts))]


def test_a_run_without_problems_passes(make_manifest: Make) -> None:
    enforce(make_manifest(), report_of())


def test_only_findings_of_severity_error_block(make_manifest: Make) -> None:
    said = found(make_manifest(), finding("a"), finding("b", "warning"), finding("c", count=0))
    assert said == ["Check a fails for 2 of 9 rows of annotations."]
    assert found(make_manifest(), finding("a", suppressed="known, and harmless")) == []


def test_the_hint_names_the_repair(make_manifest: Make) -> None:
    with pytest.raises(
        ChecksFailed, match=r"a fails for 2 of 9 .*\n    hint: add the curation step `mend` and build again"
    ) as caught:
        enforce(make_manifest(), report_with(finding("a", repair="mend")))
    assert caught.value.exit_code == 1


def test_a_licence_conflict_blocks_until_overridden(make_manifest: Make, recipe: Callable[..., Recipe]) -> None:
    card = {"sources": [{"name": "S", "license": "cc-by-nc-4.0"}], "terms": {"main": "mit"}}
    with pytest.raises(ChecksFailed) as caught:
        enforce(make_manifest(recipe=recipe(card=card)), report_of())
    assert "source S is under cc-by-nc-4.0, which does not allow commercial use; cc-by-4.0 does." in str(caught.value)
    assert "the most permissive licence that fits is cc-by-nc-4.0" in str(caught.value)
    enforce(make_manifest(recipe=recipe(card=card | {"license_override": "S has agreed."})), report_of())


def test_a_teacher_unfit_to_publish_blocks_the_hub_until_overridden(
    make_manifest: Make, recipe: Callable[..., Recipe]
) -> None:
    facts = {"teacher": "embedded", "model": "m", "revision": "r", "options": {}, "unpublishable": "too small"}
    manifest = make_manifest(teachers={"main": facts})
    what = "Teacher main: too small."
    assert what not in {problem.what for problem in problems(manifest, report_of())}, "a folder only warns"
    assert what in {problem.what for problem in problems(manifest, report_of(), hub=True)}
    overridden = recipe(card={"teacher_override": "It shows how small models fail."})
    manifest = make_manifest(teachers={"main": facts}, recipe=overridden)
    assert what not in {problem.what for problem in problems(manifest, report_of(), hub=True)}


def test_contact_details_block_and_are_shown_masked(make_manifest: Make) -> None:
    example = {"_row": "3", "column": "text", "problem": "Mailing [email]"}
    private = finding("contact_details", "warning", 1).model_copy(update={"table": "situations", "examples": [example]})
    (problem,) = found(make_manifest(), private)
    assert problem.startswith("1 text contains an e-mail address")
    assert problem.endswith("situations.text would become 'Mailing [email]'.")
    assert found(make_manifest(), private.model_copy(update={"suppressed": "the address of our own office"})) == []


def test_a_skipped_search_for_contact_details_blocks(make_manifest: Make) -> None:
    skipped = report_of(findings=[], skipped={"contact_details": "no table"})
    assert [problem.what for problem in problems(make_manifest(), skipped)] == [
        "The texts were not searched for contact details: no table."
    ]


def test_rejects_that_were_not_searched_block(make_manifest: Make) -> None:
    manifest = make_manifest(files=[File(path="rejects.parquet", sha256="0" * 64, bytes=9)])
    seen = finding("contact_details", "warning", count=0).model_copy(update={"table": "rejects"})
    assert found(manifest) == [
        "The rejects were not searched for contact details: the report is older than this check."
    ]
    assert found(manifest, seen) == []


def test_identifiable_annotators_block(make_manifest: Make, recipe: Callable[..., Recipe]) -> None:
    sizes = [Figure(measure="equivalence_classes", group={"share them": str(n)}, value=n, n=10) for n in (1, 3, 6)]
    assert found(make_manifest(), figures=sizes) == [
        "4 of 10 human annotators share their declared attributes with fewer than 4 others."
    ]
    declared = {"sources": [{"name": "S", "license": "mit"}], "terms": {"main": "mit"}, "anonymity": 2}
    strict = problems(make_manifest(recipe=recipe(card=declared)), report_with(figures=sizes))
    assert [problem.what[:4] for problem in strict] == ["1 of"]
    assert "`coarsen: {k: 2}`" in strict[0].hint


def test_a_journal_with_unmasked_texts_blocks(make_manifest: Make, recipe: Callable[..., Recipe]) -> None:
    masked = make_manifest(recipe=recipe(curation=["exact_duplicates", "mask"]))
    assert problems(masked, report_of()) == []
    assert [problem.hint for problem in problems(masked, report_of(), journal=True)] == ["publish without the journal"]
    assert problems(make_manifest(), report_of(), journal=True) == []
