from pathlib import Path

import pytest

from pluriset.schemas.errors import RecipeError
from pluriset.validators.judging.overrides import apply_overrides, read_overrides
from pluriset.validators.validate import validate_path

ROWS = "id,text\n1, a\n2,c \n3,b\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rows.csv").write_text(ROWS)
    return tmp_path / "data"


def write_checks_file(place: Path, text: str) -> Path:
    path = place / "pluriset.yaml"
    path.write_text(text)
    return path


def test_a_suppressed_finding_stays_in_the_report_with_its_reason(data: Path) -> None:
    [before] = [f for f in validate_path(data).findings if f.check == "outer_white_space"]
    write_checks_file(data, "checks:\n- {check: outer_white_space, table: rows, suppress: they are meant}\n")
    report = validate_path(data)
    [after] = report.suppressed()
    assert after == before.model_copy(update={"suppressed": "they are meant"}) and after.count == 2
    assert after not in report.found() and report.overrides == str(data / "pluriset.yaml")


def test_an_overridden_severity_is_reported_with_the_declared_one(data: Path) -> None:
    [before] = [f for f in validate_path(data).findings if f.check == "outer_white_space"]
    file = write_checks_file(data.parent, "checks:\n- {check: outer_white_space, severity: error}\n")
    report = validate_path(data, checks=file)
    [after] = [f for f in report.findings if f.check == "outer_white_space"]
    assert (after.severity, after.declared) == ("error", before.severity)
    assert report.findings[0] == after and report.count("error") == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "checks:\n- {check: outer_whitespace, severity: info}\n",
            ["checks[0].check", "did you mean 'outer_white_space'?"],
        ),
        (
            "checks:\n- {check: outer_white_space, table: rowz, severity: info}\n",
            ["checks[0].table", "no such table", "did you mean 'rows'?"],
        ),
        ("checks:\n- {check: outer_white_space, suppress: ' '}\n", ["checks[0].suppress"]),
        ("checks:\n- {check: outer_white_space}\n", ["checks[0]", "nothing is overridden"]),
        (
            "checks:\n- {check: outer_white_space, severity: fatal}\n",
            ["checks[0].severity", "'info'"],
        ),
        ("checks:\n- {check: outer_white_space, options: {mots: 1}}\n", ["mots", "unknown key"]),
        ("checks: &a [*a]\n", ["line 1", "an alias inside"]),
        ("- 1\n", ["not keys and values"]),
        ("other: 1\n", ["other: unknown key", "checks"]),
    ],
)
def test_an_invalid_checks_file_is_one_clear_error(data: Path, text: str, words: list[str]) -> None:
    file = write_checks_file(data, text)
    with pytest.raises(RecipeError) as error:
        validate_path(data)
    assert str(error.value).startswith(str(file)) and all(word in str(error.value) for word in words), error.value


def test_a_passing_constraint_may_be_overridden(data: Path) -> None:
    from pluriset.schemas.rows.values import TABLES

    report = validate_path(data)
    applied = read_overrides(
        write_checks_file(data, "checks:\n- {check: situations.text.max_length, suppress: long ones}\n")
    )
    assert apply_overrides(report, applied, TABLES).findings == report.findings
    with pytest.raises(RecipeError):
        apply_overrides(report, applied, {})


@pytest.mark.parametrize("table", ["pairs", "considerations", "candidates"])
def test_a_known_table_may_be_overridden_while_it_is_absent(data: Path, table: str) -> None:
    before = validate_path(data)
    write_checks_file(data, f"checks:\n- {{check: position_bias, table: {table}, suppress: known}}\n")
    assert validate_path(data).findings == before.findings
