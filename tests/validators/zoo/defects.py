"""Defects to plant: each changes a few cells or rows of a dataset, and names the checks that must report it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from .shapes import Dataset, Rows

LABELS = ("label", "gender", "country")
VALUES = ("values",)
GOLD = ("questions.answer.gold", "gold_choice", "quiz.answer.gold")
TEXTS = ("text", "comment", "prompt", "question", "scenario", "action", "statement", "filled_template")


class Defect(NamedTuple):
    """A kind of defect."""

    name: str
    found_by: tuple[str, ...]
    """Checks of which one must find something."""
    plant: Callable[[Dataset, Random], bool]
    """Plants it; false where the dataset cannot have it."""


def _rows(dataset: Dataset, *columns: str) -> Rows:
    """The rows of the first file with all of these columns; none if there is no such file."""
    return next((rows for rows in dataset.values() if set(columns) <= set(rows[0])), [])


def _text_column(dataset: Dataset) -> tuple[Rows, str] | None:
    for rows in dataset.values():
        if column := next((c for c in TEXTS if isinstance(rows[0].get(c), str)), None):
            return rows, column
    return None


def _in_text(change: Callable[[str], str]) -> Callable[[Dataset, Random], bool]:
    def plant(dataset: Dataset, random: Random) -> bool:
        if not (found := _text_column(dataset)):
            return False
        rows, column = found
        before = random.choice(rows)[column]
        for row in rows:  # every row of an item, so that nothing else breaks
            if row[column] == before:
                row[column] = change(before)
        return True

    return plant


def _set(columns: tuple[str, ...], value: Callable[[dict[str, Any]], Any]) -> Callable[[Dataset, Random], bool]:
    """Set the first of the columns that a file has in one row."""

    def plant(dataset: Dataset, random: Random) -> bool:
        for column in columns:
            if rows := _rows(dataset, column):
                row = random.choice(rows[5:])
                new = value(row)
                changed = new is not None and new != row[column]
                row[column] = new if changed else row[column]
                return changed
        return False

    return plant


def _repeat_id(dataset: Dataset, random: Random) -> bool:
    for column in ("post_id", "question_id", "action_id"):
        if rows := _rows(dataset, column):
            rows[7][column] = rows[3][column]
            return True
    return False


def _repeat_text(dataset: Dataset, random: Random) -> bool:
    for column, key in (
        ("text", "post_id"),
        ("question", "question_id"),
        ("scenario", "votes_yes"),
        ("action", "action_id"),
    ):
        if rows := _rows(dataset, column, key):
            rows[9][column] = rows[4][column]
            return True
    return False


def _swap_pair(dataset: Dataset, random: Random) -> bool:
    if not (rows := _rows(dataset, "prompt", "chosen", "rejected")):
        return False
    rows[8] = {**rows[2], "chosen": rows[2]["rejected"], "rejected": rows[2]["chosen"]}
    return True


def _leak(dataset: Dataset, random: Random) -> bool:
    if "train.csv" not in dataset:
        return False
    dataset["test.csv"][6]["statement"] = dataset["train.csv"][11]["statement"]
    return True


def _changed_attribute(dataset: Dataset, random: Random) -> bool:
    if not (rows := _rows(dataset, "rater", "gender")):
        return False
    rows[10]["gender"] = {"woman": "man", "man": "woman"}[rows[10]["gender"]]
    return True


def _judged_again(dataset: Dataset, random: Random) -> bool:
    if not (rows := _rows(dataset, "item_id", "annotator_id", "label")):
        return False
    rows.append(dict(rows[12]))
    return True


def _hole(dataset: Dataset, random: Random) -> bool:
    if not (rows := _rows(dataset, "decision_id")):
        return False
    rows.pop(20)
    return True


def _copied_column(dataset: Dataset, random: Random) -> bool:
    for column in ("score", "post_id", "scenario_id", "qid"):
        if rows := _rows(dataset, column):
            for row in rows:
                row[f"{column}_again"] = row[column]
            return True
    return False


def _longer_names(dataset: Dataset, random: Random) -> bool:
    if not (rows := _rows(dataset, "annotators", "annotations")):
        return False
    rows[13]["annotators"] += ",A9"
    return True


def _unknown_annotator(dataset: Dataset, random: Random) -> bool:
    if "annotators.csv" not in dataset:
        return False
    dataset["annotations.csv"][3]["annotator_id"] = "w99"
    return True


def _unknown_item(dataset: Dataset, random: Random) -> bool:
    if "annotators.csv" not in dataset:
        return False
    dataset["annotations.csv"][5]["item_id"] = "i999"
    return True


def _title_case(row: dict[str, Any]) -> str:
    return str(next(row[column].title() for column in LABELS if column in row))


def _without_last_turn(row: dict[str, Any]) -> Any:
    if isinstance(row["chosen"], list):
        return [row["chosen"][0], {"role": "assistant", "content": ""}]
    before, turn, _ = row["chosen"].partition("Assistant:")
    return before + turn if turn else None


def _option_twice(row: dict[str, Any]) -> list[str] | None:
    return [row["options"][0], *row["options"][:3]] if len(row["options"]) == 4 else None


def _title_value(row: dict[str, Any]) -> list[str]:
    first, *others = row["values"]
    return [first.title(), *others]


def _other_topic(row: dict[str, Any]) -> str:
    return {"home": "work", "work": "money", "money": "family", "family": "home"}[row["topic"]]


DEFECTS: tuple[Defect, ...] = (
    Defect("an id occurs twice", ("unique_items",), _repeat_id),
    Defect("a text occurs twice", ("repeated_items",), _repeat_text),
    Defect("a text is blank", ("blank_items", "blank_cells"), _in_text(lambda text: " ")),
    Defect("mojibake", ("mojibake",), _in_text(lambda text: text + " Itâ€™s a cafÃ©.")),
    Defect("a lost character", ("replacement_characters",), _in_text(lambda text: text.replace("e", "\ufffd", 1))),
    Defect("a control character", ("control_characters",), _in_text(lambda text: text + "\x07")),
    Defect("an invisible character", ("invisible_characters",), _in_text(lambda text: text[:5] + "\u200b" + text[5:])),
    Defect("white space around a text", ("outer_white_space",), _in_text(lambda text: f" {text} ")),
    Defect("remains of markup", ("markup_remnants",), _in_text(lambda text: f"<p>{text}</p>&nbsp;")),
    Defect("an open template slot", ("template_slots",), _in_text(lambda text: text + " Ask {name} about it.")),
    Defect("a placeholder", ("open_placeholders",), _in_text(lambda text: text + " Yours, [Your Name]")),
    Defect("contact details", ("contact_details",), _in_text(lambda text: text + " Write to ann.lee@cityclinic.org.")),
    Defect("a spelling variant of a label", ("label_spelling_variants",), _set(LABELS, _title_case)),
    Defect("an unknown annotator", ("known_annotators",), _unknown_annotator),
    Defect("an unknown item", ("known_items",), _unknown_item),
    Defect("an attribute that changes", ("structure.changing_attributes",), _changed_attribute),
    Defect("the same judgement again", ("repeated_annotations", "repeated_rows"), _judged_again),
    Defect("a score that is no number", ("mixed_types", "scores.score.score"), _set(("score",), lambda row: "unsure")),
    Defect("an infinite score", ("scores.score.score",), _set(("score",), lambda row: "inf")),
    Defect("equal sides", ("identical_responses",), _set(("rejected",), lambda row: row["chosen"])),
    Defect("an empty side", ("empty_responses", "empty_preferred"), _set(("response_b",), lambda row: "")),
    Defect("an empty last turn", ("empty_responses",), _set(("chosen",), _without_last_turn)),
    Defect("a pair judged both ways", ("swapped_pairs", "conflicting_pairs", "repeated_pairs"), _swap_pair),
    Defect("a preference for no side", ("compared.preferred.preferred",), _set(("preferred",), lambda row: "c2")),
    Defect("a right answer that is no option", GOLD, _set(("answer",), lambda row: "none of these at all")),
    Defect("an option twice", ("repeated_options", "identical_choices"), _set(("options",), _option_twice)),
    Defect("shares that do not add up", ("shares_add_up",), _set(("distribution",), lambda row: [0.9, 0.6])),
    Defect("more shares than options", ("surplus_shares",), _set(("distribution",), lambda row: [0.5, 0.3, 0.2])),
    Defect("a negative count of votes", ("vote_counts",), _set(("votes_no",), lambda row: -3)),
    Defect("votes that do not add up", ("derived_values", "vote_counts"), _set(("total_votes",), lambda row: 14)),
    Defect(
        "a value twice in a list", ("repeated_values",), _set(VALUES, lambda row: [*row["values"], row["values"][0]])
    ),
    Defect("a spelling variant of a value", ("value_spelling_variants",), _set(VALUES, _title_value)),
    Defect("a text in two splits", ("split_leak", "split_leak_texts", "split_leak_normalised"), _leak),
    Defect("a group with another topic", ("structure.near_dependencies",), _set(("topic",), _other_topic)),
    Defect("a cell of a design that is missing", ("factorial_holes",), _hole),
    Defect("a copied column", ("structure.identical_columns",), _copied_column),
    Defect("more names than judgements", ("generic.judgements_in_cells",), _longer_names),
)
