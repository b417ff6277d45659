"""What the published systems about values and dilemmas promise holds in runs of ours, and is missed where it is broken.

Each case changes one table of a finished run; the check that is named finds it, and found nothing before.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import pluriset
from pluriset.schemas.component import load, names
from pluriset.tests.builders.families import test_decisions as decisions
from pluriset.tests.builders.families import test_dilemmas as dilemmas
from pluriset.tests.builders.families import test_distractors as distractors
from pluriset.tests.builders.families import test_letters as letters
from pluriset.tests.builders.families import test_masks as masks
from pluriset.tests.builders.families import test_perspectives as perspectives
from pluriset.tests.builders.families import test_problems as problems
from pluriset.tests.builders.families import test_rubrics as rubrics
from pluriset.tests.builders.families.finished import recipe
from pluriset.validators import checks
from pluriset.validators.judging.runner import failing_relation
from pluriset.validators.tables.sql import connect
from pluriset.validators.validate import open_subject

pytestmark = pytest.mark.slow


class Case(NamedTuple):
    """A change of a table, and the check that finds it."""

    family: str
    invariant: str
    table: str
    change: str
    """SELECT over `rows`, the table as it was."""
    check: str


CASES = [
    Case("dilemmas", "DD1", "actions", "FROM rows WHERE action_type = 'to_do'", "two_actions"),
    Case("dilemmas", "DD2", "stakes", "FROM rows WHERE action_id LIKE '%/not_to_do'", "valued_actions"),
    Case("dilemmas", "DD3", "value_terms", "SELECT * REPLACE ('luck' AS value) FROM rows", "unused_values"),
    Case("dilemmas", "DD4", "stakes", "SELECT * REPLACE ('honesty' AS value) FROM rows", "repeated_values"),
    Case("dilemmas", "DD5", "stakes", "FROM rows WHERE value = 'honesty'", "same_values"),
    Case("dilemmas", "DD6", "consequences", "SELECT * REPLACE ('It ends.' AS text) FROM rows", "same_consequence"),
    Case("dilemmas", "DD11", "dilemmas", "SELECT * REPLACE ('She left.' AS text) FROM rows", "asks_the_reader"),
    Case("perspectives", "CL1", "rationales", "SELECT * REPLACE ('duty' AS text) FROM rows", "two_rationales"),
    Case("perspectives", "CL2", "perspectives", "FROM rows WHERE type_id <> 'shift/yes'", "complete_perspectives"),
    Case("perspectives", "CL3", "cases", "SELECT * REPLACE ('Hide it' AS action) FROM rows", "style_rules"),
    Case("perspectives", "CL4", "perspectives", "SELECT * REPLACE ('no' AS previous) FROM rows", "gold_follows_type"),
    Case("perspectives", "CL5", "perspectives",
         "SELECT * REPLACE ('Character A is in discomfort. They wait. They go.' AS text) FROM rows", "style_rules"),
    Case("rubrics", "MB1", "criteria", "SELECT * REPLACE (0 AS weight) FROM rows", "criteria.weight.enum"),
    Case("rubrics", "MB3", "criteria", "SELECT * REPLACE (-2 AS weight) FROM rows", "faults_of_outcome"),
    Case("rubrics", "MB4", "criteria", "SELECT * REPLACE ('Names the loss' AS title) FROM rows", "repeated_criteria"),
    Case("rubrics", "MB5", "criteria", "FROM rows WHERE theory_id = 'neutral'", "complete_theories"),
    Case("rubrics", "MB7", "scenarios", "SELECT * REPLACE ('Do you?' AS text) FROM rows", "held_back_rows"),
    Case("decisions", "DE1", "decisions", "FROM rows LIMIT 15", "factorial_holes"),
    Case("decisions", "DE2", "decisions", "SELECT * REPLACE (text || ' Yes?' AS text) FROM rows", "restored_templates"),
    Case("decisions", "DE4", "decisions", "SELECT * REPLACE ('they is' AS text) FROM rows", "grammar_of_slots"),
    Case("decisions", "DE5", "attribute_levels", "FROM rows WHERE level <> '20'", "levels_of_design"),
    Case("problems", "ST1", "adaptations", "SELECT * REPLACE ('I sell 7.' AS text) FROM rows", "surviving_slots"),
    Case("problems", "ST2", "templates", "SELECT * REPLACE (if(template_id = 'p01', 'choice', type) AS type) FROM rows",
         "complete_elements"),
    Case("problems", "ST3", "templates", "SELECT * REPLACE ('1 + 1' AS answer) FROM rows", "answers_recompute"),
    Case("problems", "ST4", "problems", "SELECT * REPLACE (text || ' ' AS text) FROM rows", "instances_recompute"),
    Case("problems", "ST5", "adaptations", "SELECT * REPLACE ('I ask you: ' || text AS text) FROM rows",
         "adapted_perspective"),
    Case("masks", "AM1", "prompts", "SELECT * REPLACE ('A [MASK].' AS masked) FROM rows", "restored_prompts"),
    Case("masks", "AM2", "prompts", "SELECT * REPLACE (masked || ' Sikhs' AS masked) FROM rows",
         "unmasked_identities"),
    Case("masks", "AM3", "prompts", "SELECT * REPLACE ('Jain' AS identity) FROM rows", "identity_on_axis"),
    Case("masks", "AM4", "translations", "SELECT * REPLACE ('ein Koch' AS masked) FROM rows", "aligned_translations"),
    Case("masks", "AM5", "counterfactuals", "SELECT * REPLACE (text || '!' AS text) FROM rows", "counterfactual_edits"),
    Case("masks", "cited", "principles", "FROM rows WHERE principle_id <> 'equality'", "cited_principles"),
    Case("distractors", "DR2", "kinds", "FROM rows WHERE kind <> 'wordplay'", "listed_kinds"),
    Case("distractors", "DR3", "readings", "SELECT * REPLACE ('It jokes.' AS text) FROM rows", "reading_sets"),
    Case("distractors", "DR4", "reading_questions", "SELECT * REPLACE ('A' AS answer) FROM rows", "answer_positions"),
    Case("distractors", "DR5", "utterances", "SELECT * REPLACE (text || '!' AS text) FROM rows", "text_fingerprints"),
    Case("distractors", "DR6", "utterances", "SELECT * REPLACE ('ko' AS language) FROM rows", "language_script"),
    Case("distractors", "DR7", "readings",
         "SELECT * REPLACE (if(number = 0, 'zh', language) AS language) FROM rows", "reading_languages"),
    Case("distractors", "log", "adjudications", "FROM rows WHERE round > 0", "adjudication_log"),
    Case("letters", "KE1", "applicants", "FROM rows LIMIT 5", "complete_applicants"),
    Case("letters", "KE3", "applicants", "SELECT * REPLACE (text || '!' AS text) FROM rows", "restored_bios"),
    Case("letters", "KE3", "swaps", "SELECT * REPLACE ([] AS edits) FROM rows", "swap_edits"),
    Case("letters", "KE4", "letters", "SELECT * REPLACE (7 AS placeholders) FROM rows", "counted_placeholders"),
    Case("letters", "KE5", "personal_names", "SELECT * REPLACE ('Ms.' AS name) FROM rows", "names_are_names"),
    Case("letters", "KE6", "personal_names", "SELECT * REPLACE (NULL::VARCHAR AS name) FROM rows",
         "personal_names.name.null"),
]  # fmt: skip


def _masks(folder: Path) -> Any:
    return recipe(folder, "masks", masks.SCRIPT, masks.SEEDS[:1], **masks.changes(folder), curation=[])


RECIPES: dict[str, Callable[[Path], Any]] = {
    "dilemmas": dilemmas.recipe,
    "perspectives": lambda folder: perspectives.recipe(folder, curation=[], family={"perspectives": {}}),
    "rubrics": lambda folder: rubrics.recipe(folder, held_back=0.6),
    "decisions": decisions.recipe,
    "problems": problems.recipe,
    "masks": _masks,
    "distractors": distractors.asked,
    "letters": lambda folder: recipe(folder, "letters", letters.SCRIPT, letters.SEEDS, options=letters.OPTIONS),
}


@pytest.fixture(scope="module")
def run_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    @cache
    def built(family: str) -> Path:
        folder = tmp_path_factory.mktemp(family)
        pluriset.build(RECIPES[family](folder), folder / "run")
        return folder / "run"

    return built


def count(run: Path, check: str) -> int:
    """Rows of a run that fail one check."""
    with open_subject(run) as (_, subject):
        table = load(checks.__name__, check).table if check in names(checks.__name__) else check.partition(".")[0]
        failing = failing_relation(subject, check, table)
        return len(failing.fetchall()) if failing is not None else 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.family}-{case.invariant}-{case.check}")
def test_a_broken_invariant_is_found(case: Case, run_of: Callable[[str], Path], tmp_path: Path) -> None:
    shutil.copytree(run_of(case.family), tmp_path / "run")
    for file in (tmp_path / "run/data" / case.table).glob("*.parquet"):
        with connect() as connection:
            connection.execute(f"CREATE TABLE rows AS FROM read_parquet('{file}')")
            connection.execute(f"COPY ({case.change}) TO '{file}' (FORMAT parquet)")
    assert count(tmp_path / "run", case.check) > count(run_of(case.family), case.check)


@pytest.mark.parametrize("family", RECIPES)
def test_no_invariant_of_use_is_broken_by_a_build(family: str, run_of: Callable[[str], Path]) -> None:
    assert pluriset.validate(run_of(family)).count("error") == 0
