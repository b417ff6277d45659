"""Every renamed component, option and field of old files is read under its current name."""

from pathlib import Path
from typing import Any

import pytest

from pluriset.builders import curation, families, scorers, sources, teachers
from pluriset.schemas import aliases
from pluriset.schemas.checks_file import ChecksFile
from pluriset.schemas.component import find, load, names
from pluriset.schemas.errors import RecipeError
from pluriset.schemas.report import Finding, Report
from pluriset.validators import checks, measures
from pluriset.validators.judging.overrides import read_overrides

PACKAGES = {
    package.__name__.rpartition(".")[2]: package.__name__
    for package in (checks, curation, families, measures, scorers, sources, teachers)
}
COMPONENTS = [(kind, old, new) for kind, renamed in aliases.COMPONENTS.items() for old, new in renamed.items()]
OPTIONS = [(*component, old, new) for component, renamed in aliases.OPTIONS.items() for old, new in renamed.items()]
CHECK_OPTIONS = [(component, old, new) for kind, component, old, new in OPTIONS if kind == "checks"]
OLD_FINDING = {"title": "No text is empty", "severity": "warning", "table": "rows", "count": 2, "of": 9, "examples": []}


@pytest.mark.parametrize(("kind", "old", "new"), COMPONENTS)
def test_a_renamed_component_is_found(kind: str, old: str, new: str) -> None:
    assert old not in names(PACKAGES[kind])
    assert find(PACKAGES[kind], old) is find(PACKAGES[kind], new)
    assert new not in aliases.COMPONENTS[kind]


@pytest.mark.parametrize(("kind", "component", "old", "new"), OPTIONS)
def test_a_renamed_option_is_an_option_under_its_new_name_alone(kind: str, component: str, old: str, new: str) -> None:
    options = find(PACKAGES[kind], component).model_fields
    assert new in options and old not in options


@pytest.mark.parametrize(("component", "old", "new"), CHECK_OPTIONS)
def test_a_checks_file_with_an_old_option_is_read(component: str, old: str, new: str, tmp_path: Path) -> None:
    default = find(checks.__name__, component).model_fields[new].default
    file = tmp_path / "pluriset.yaml"
    file.write_text(f"checks:\n- {{check: {component}, options: {{{old}: {default}}}}}\n")
    [(check, options)] = read_overrides(file).options.items()
    assert load(checks.__name__, {check: options}) == load(checks.__name__, component)


def test_a_removed_option_is_an_error_that_says_what_replaced_it(tmp_path: Path) -> None:
    file = tmp_path / "pluriset.yaml"
    file.write_text("checks:\n- {check: known_labels, options: {labels: {valence: [supports]}}}\n")
    with pytest.raises(RecipeError, match="known_labels") as raised:
        read_overrides(file)
    assert raised.value.hint and "aspects" in raised.value.hint


@pytest.mark.parametrize(("old", "new"), aliases.COMPONENTS["checks"].items())
def test_a_checks_file_with_an_old_check_overrides_the_new_one(old: str, new: str) -> None:
    file = ChecksFile.model_validate({"checks": [{"check": old, "severity": "info"}]})
    assert file.checks[0].applies_to(new, "rows")


@pytest.mark.parametrize(("old", "new"), aliases.COMPONENTS["checks"].items())
def test_a_report_with_old_ids_and_fields_is_read(old: str, new: str) -> None:
    figures = [{"measure": measure, "group": {}, "value": 1, "n": 3} for measure in aliases.COMPONENTS["measures"]]
    given: dict[str, Any] = {
        "dataset": "old",
        "rows": {"rows": 9},
        "findings": [{**OLD_FINDING, "check": old, "mends": True}],
        "skipped": {old: "no table"},
        "figures": figures,
        "decisions": "pluriset.yaml",
    }
    report = Report.model_validate(given)
    [finding] = report.findings
    assert (finding.check, finding.rule, finding.headline, finding.auto_repairable) == (
        new,
        OLD_FINDING["title"],
        OLD_FINDING["title"],
        True,
    )
    assert [figure.measure for figure in report.figures] == [*aliases.COMPONENTS["measures"].values()]
    assert (report.skipped, report.overrides) == ({new: "no table"}, "pluriset.yaml")
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_new_files_hold_new_names_only() -> None:
    stored = Finding.model_validate({**OLD_FINDING, "check": "equal_sides"}).model_dump()
    assert not {*aliases.FIELDS["Finding"]} & stored.keys()
    assert stored["check"] == "identical_responses"
