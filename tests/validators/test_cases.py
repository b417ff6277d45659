"""Small files after the shape of real data: what a report must say of each, and what it must not.

They stand beside the checkout.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pluriset.builders.convert.repair import repair
from pluriset.schemas.report import Report
from pluriset.validators.validate import validate_path

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "validate"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=f"the cases are not here: {CASES}")


class Case(NamedTuple):
    """What must hold for the report on one file or folder."""

    says: tuple[str, ...] = ()
    """Checks that find something, or figures that are measured: `figure:<measure>`, `role:<column>=<role>`."""
    not_: tuple[str, ...] = ()
    """Checks that find nothing; `error` for any of that severity."""


EXPECTED: dict[str, Case] = {
    "recognised_one_of_several": Case(("split_leak", "role:justice.scenario=text")),
    "variant_split": Case(("split_leak",)),
    "implicit_prompt_leak": Case(("split_leak_prompt", "empty_responses")),
    "values_in_lists.jsonl": Case(("value_spelling_variants", "repeated_values")),
    "distribution_constant_and_long.jsonl": Case(
        ("shares_add_up", "surplus_shares", "constant_distributions"), ("generic.judgeable",)
    ),
    "votes_for_two_sides.csv": Case(("derived_values", "vote_counts", "figure:divided_votes"), ("score",)),
    "votes_yes_no.csv": Case(("vote_counts", "role:Yes=votes", "figure:divided_votes")),
    "same_file_twice": Case(("structure.identical_tables", "structure.identical_columns")),
    "items_beside_choices": Case((), ("error", "known_items")),
    "relation_rows.jsonl": Case(("role:vrd=member",), ("repeated_items", "error")),
    "codes_beside_prompt.tsv": Case(("role:prompt=text",), ("repeated_items",)),
    "statements_in_two_files": Case(("structure.joins_after_normalising",), ("repeated_items",)),
    "unquoted.tsv": Case(("reader.dialect",), ("reader.unreadable",)),
    "answers_of_participants.csv": Case(("role:question_text=text", "figure:agreement"), ("error",)),
    "annotator_attributes_long.csv": Case(("role:gender=attribute", "figure:group_agreement")),
    "annotator_attribute_changes.csv": Case(("structure.changing_attributes",), ("repeated_items",)),
    "labels_joined_by_commas.jsonl": Case(
        ("figure:agreement", "derived_values", "generic.judgements_in_cells", "role:annotations=judgements")
    ),
    "judgements_in_object.json": Case(("figure:agreement", "derived_values")),
    "judgements_in_list.jsonl": Case(("figure:agreement",)),
    "labels_in_list.json": Case(("figure:agreement", "derived_values")),
    "wrapped.json": Case(("unique_items", "blank_items")),
    "three_files": Case(("known_annotators", "known_items")),
    "voted_again.csv": Case(("repeated_annotations", "figure:agreement")),
    "hyphens_in_names.csv": Case(("role:comment-id=item_id", "role:voter-id=annotator_id", "figure:agreement")),
    "spaces_in_names.csv": Case(("identical_responses", "empty_responses"), ("repeated_items",)),
    "dialogue_strings.jsonl": Case(("empty_responses",), ("outer_white_space",)),
    "shards_of_two_types": Case(("reader.other_types",)),
    "two_columns_of_one_name": Case(("reader.renamed",)),
    "label_studio": Case(("figure:agreement",), ("error",)),
    "doccano": Case(("figure:agreement",), ("error", "repeated_items")),
    "potato": Case(("figure:agreement",), ("error", "repeated_items")),
    "argilla/argilla_flat": Case(("figure:agreement",), ("error",)),
    "argilla/argilla_json": Case(("figure:agreement",), ("error",)),
    "argilla/argilla_v1": Case(("figure:agreement",), ("error",)),
    "qualtrics": Case(("reader.header_rows", "role:ResponseId=annotator_id", "role:Q1=judgement")),
    "google_forms": Case(("role:Email Address=annotator_id",), ("reader.no_header",)),
    "multi_label_order": Case(("figure:agreement",), ("unique_items", "error")),
    "broken_conversations/trl_faults_explicit": Case(("empty_responses",)),
    "broken_conversations/trl_faults_implicit": Case(("empty_responses", "empty_preferred")),
    "broken_conversations/trl_uf_faults": Case(("empty_responses", "identical_responses")),
    "nan_and_infinity/nan1": Case(("t.score.score",)),
    "nan_and_infinity/nanjson": Case(("t.score.score",)),
    "backslash_escapes": Case(("reader.dialect",), ("reader.unreadable",)),
    "question_mark_item.csv": Case((), ("error",)),
    "rounded_shares.jsonl": Case((), ("shares_add_up",)),
    "not_names_not_markup.csv": Case((), ("personal_names",)),
    "leak_of_one_column": Case(("split_leak_texts",)),
    "leak_of_other_column": Case(("split_leak_texts",)),
    "cut_options.jsonl": Case(("damaged_options",)),
    "distribution_contradicts.jsonl": Case(("contradicting_distributions", "choice_count")),
    "single_option.jsonl": Case(("choice_count",)),
    "placeholder_everywhere.csv": Case(("open_placeholders",)),
    "none_as_option.jsonl": Case((), ("sentinels",)),
    "parallel_lists.jsonl": Case(("ragged_lists",)),
    "nested_answers.jsonl": Case(("ragged_nested_lists", "blank_list_members", "odd_keys")),
}


@pytest.fixture(scope="module")
def reports() -> Iterator[dict[str, Report]]:
    yield {}


def report_on(name: str, reports: dict[str, Report]) -> Report:
    """The report on a case, made once."""
    if name not in reports:
        reports[name] = validate_path(CASES / name)
    return reports[name]


def missing(report: Report, case: Case) -> list[Any]:
    """What the report should say and does not, and what it says and should not."""
    checks = {finding.check for finding in report.found()}
    severities = {finding.severity for finding in report.found()}
    measured = {f"figure:{figure.measure}" for figure in report.figures if figure.value is not None}
    roles = {f"role:{column}={role}" for column, role in report.profile.columns.items()} if report.profile else set()
    said = checks | measured | roles
    return [*(one for one in case.says if one not in said), *(one for one in case.not_ if one in checks | severities)]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_case_is_judged_as_a_person_would(name: str, reports: dict[str, Report]) -> None:
    assert missing(report_on(name, reports), EXPECTED[name]) == []


def test_a_decimal_and_set_aside_addresses_are_no_contact_details(reports: dict[str, Report]) -> None:
    found = {f.check: f.count for f in report_on("not_contact_details.csv", reports).findings}
    assert found["contact_details"] == 1  # the number of 16 digits


def test_a_repair_keeps_the_splits(tmp_path: Path) -> None:
    repair(CASES / "repair_keeps_types_and_splits/sp", tmp_path / "repaired")
    files = (tmp_path / "repaired/data").rglob("*.parquet")
    assert sorted(path.name.partition("-")[0] for path in files) == ["test", "train", "validation"]


def test_sets_of_labels_agree_whatever_their_order(reports: dict[str, Report]) -> None:
    [alpha] = [f.value for f in report_on("multi_label_order", reports).figures if f.measure == "agreement"]
    assert alpha == 1
