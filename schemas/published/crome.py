"""Pairs for causally robust reward models, after Crome (arXiv 2506.16507), of which no data is published."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from ..left_out import left_out
from ..published_dataset import Config, Licence, PublishedDataset, Rule, Translation, View
from ..row import Key, Row
from ..split_rule import one_split


class Augmented(Row):
    """A pair that differs in one attribute, or a tie."""

    pair_id: Annotated[str, Key()]
    """What identifies the pair."""
    base_pair_id: str
    """The prompt whose response was edited."""
    kind: Literal["causal_up", "causal_down", "neutral"]
    """Whether the second was made better, or worse, or both are shown under an irrelevant question."""
    prompt: str
    """The question, for `neutral` an irrelevant one."""
    response_1: str
    """The response before the edit."""
    response_2: str
    """The response after it."""
    attribute: str | None
    """What was edited; null for `neutral`."""
    direction: Literal["up", "down"]
    """Whether the edit makes it better or worse."""
    generator: str | None
    """The model that edited."""
    label: Literal["1", "2", "tie"]
    """Which response is better."""


ROWS = """
SELECT pair_id, p.prompt_id AS base_pair_id, CASE WHEN preferred = 'tie' THEN 'neutral' ELSE 'causal_' || direction END
    AS kind, coalesce(context, q.text) AS prompt, f.text AS response_1, s.text AS response_2,
    CASE WHEN preferred <> 'tie' THEN a.name END AS attribute, direction, s.model AS generator,
    CASE preferred WHEN 'first' THEN '1' WHEN 'second' THEN '2' ELSE 'tie' END AS label,
    CASE p.split WHEN 'train' THEN 'train' ELSE 'test' END AS split
FROM ours.pairs p JOIN ours.prompts q USING (prompt_id)
JOIN ours.responses f ON f.response_id = first_id JOIN ours.responses s ON s.response_id = second_id
JOIN ours.edits e ON e.child_id = second_id JOIN ours.attributes a USING (attribute_id) ORDER BY pair_id
"""
EDITED = """
SELECT *, row_number() OVER (PARTITION BY base_pair_id, response_2, kind = 'neutral' ORDER BY pair_id) AS turn,
    CASE WHEN kind = 'neutral' AND NOT bool_or(kind <> 'neutral' AND attribute IS NOT NULL)
            OVER (PARTITION BY base_pair_id, response_2) THEN 'a neutral pair without the edit that it is of'
        WHEN kind <> 'neutral' AND attribute IS NULL THEN 'no attribute'
        WHEN turn > 1 THEN 'another pair has the same edited response' END AS reason
FROM theirs.pairs
"""
TEXTS = """
SELECT any_value(split) AS split, prompt_id, text, any_value(generator) FILTER (edited) AS model,
    prompt_id || '/' || (row_number() OVER (PARTITION BY prompt_id ORDER BY min(edited), min(pair_id)) - 1)
        AS response_id, row_number() OVER (PARTITION BY prompt_id ORDER BY min(edited), min(pair_id)) - 1 AS place
FROM (SELECT split, pair_id, base_pair_id AS prompt_id, generator, unnest([response_1, response_2]) AS text,
    unnest([false, true]) AS edited FROM _edited WHERE reason IS NULL) GROUP BY prompt_id, text
"""
SIDES = """
SELECT e.*, base_pair_id AS prompt_id, base_pair_id || '/' || attribute AS attribute_id, f.response_id AS first_id,
    s.response_id AS second_id
FROM _edited e JOIN _texts f ON f.prompt_id = base_pair_id AND f.text = response_1
JOIN _texts s ON s.prompt_id = base_pair_id AND s.text = response_2 WHERE reason IS NULL
"""
TABLES = {
    "prompts": """SELECT any_value(split) AS split, prompt_id, any_value(prompt) AS text, [] AS turns, 'Crome' AS source
        FROM _sides WHERE kind <> 'neutral' GROUP BY prompt_id ORDER BY prompt_id""",
    "responses": """SELECT split, response_id, prompt_id, place, text, model, 0 AS sample, '' AS digest FROM _texts
        ORDER BY prompt_id, place""",
    "attributes": """SELECT any_value(split) AS split, attribute_id, prompt_id, any_value(attribute) AS name,
        any_value(attribute) AS meaning, 'Crome' AS writer_id, '' AS digest FROM _sides WHERE kind <> 'neutral'
        GROUP BY attribute_id, prompt_id ORDER BY attribute_id""",
    "edits": """SELECT split, pair_id AS edit_id, prompt_id, first_id AS parent_id, second_id AS child_id, attribute_id,
        direction FROM _sides WHERE kind <> 'neutral' ORDER BY edit_id""",
    "drifts": """SELECT split, pair_id AS edit_id, NULL::DOUBLE AS target_change, NULL::DOUBLE AS other_change,
        len(string_split_regex(trim(response_2), '\\s+')) / len(string_split_regex(trim(response_1), '\\s+'))
            AS length_change, true AS accepted FROM _sides WHERE kind <> 'neutral' ORDER BY edit_id""",
    "pairs": """SELECT split, pair_id, prompt_id, first_id, second_id, coalesce(attribute, 'neutral') AS objective,
        CASE WHEN kind = 'neutral' THEN prompt END AS context,
        MAP {'1': 'first', '2': 'second', 'tie': 'tie'}[label] AS preferred, [] AS distribution, 0 AS n,
        [{'table': 'responses', 'key': first_id}, {'table': 'responses', 'key': second_id}] AS basis
        FROM _sides ORDER BY pair_id""",
    "annotators": "SELECT 'train' AS split, 'Crome' AS annotator_id, 'model' AS kind",
}


class Crome(PublishedDataset):
    """Pairs that differ in one attribute, and ties that teach to ignore everything else."""

    title = "Crome pairs"
    family = "augmentations"
    configs: ClassVar = {"pairs": Config(Augmented)}
    file_format: ClassVar = "jsonl"
    splits: ClassVar = {"train": "train", "test": "test"}
    licence = Licence(name="that of the dataset", url="https://arxiv.org/abs/2506.16507")
    citation = """\
@article{srivastava2025crome,
  title = {Robust Reward Modeling via Causal Rubrics},
  author = {Srivastava, Pragya and others},
  journal = {arXiv preprint arXiv:2506.16507},
  year = {2025}
}"""
    evidence = "The paper names the kinds of pairs; no data or code is published, and the columns are ours."
    notes = (
        "A tie is a row with the label `tie`, and never a chosen and a rejected response. Its loss is the mean of the "
        "negative log-probabilities of both orders, to be added: it is smallest where both score alike. With the sign "
        "of one printed version, which subtracts it, a larger gap would be rewarded.",
        "A child is in the split of its parent, also under an irrelevant question.",
    )
    rules: ClassVar = {
        "label_fits_kind": Rule(
            "An upgrade wins, a degradation loses, and a neutral pair is a tie",
            "have|has a label that does not fit its kind",
            """SELECT pair_id, kind || ': ' || label AS problem FROM theirs.pairs
            WHERE label <> CASE kind WHEN 'causal_up' THEN '2' WHEN 'causal_down' THEN '1' ELSE 'tie' END""",
        ),
        "base_in_one_split": one_split("All pairs of a response are in one split", "pairs", "base_pair_id", "prompts"),
    }
    views: ClassVar = (
        View(
            "pairs",
            """SELECT pair_id, prompt, response_1 AS first, response_2 AS second,
            CASE label WHEN '1' THEN 'first' WHEN '2' THEN 'second' ELSE 'tie' END AS preferred, split,
            base_pair_id AS group_id FROM theirs.pairs""",
        ),
    )
    example: ClassVar = {
        "pairs": [
            {
                "pair_id": f"{n}/{kind}",
                "base_pair_id": str(n),
                "kind": kind,
                "prompt": f"Why {n}?" if kind != "neutral" else f"When {n}?",
                "response_1": f"Because of {n}.",
                "response_2": f"Because of {n}, as measured in {kind}.",
                "attribute": None if kind == "neutral" else "evidence",
                "direction": "down" if kind == "causal_down" else "up",
                "generator": None,
                "label": label,
            }
            for n in (1, 2)
            for kind, label in (("causal_up", "2"), ("causal_down", "1"), ("neutral", "tie"))
        ]
    }

    def from_tables(self) -> Translation:
        """One row for each pair."""
        reason = "CASE WHEN NOT accepted THEN 'the edit does not move its attribute alone' END"
        return Translation(steps={}, rows={"pairs": ROWS}, rejects=left_out("drifts", "edit_id", reason, "ours.drifts"))

    def to_tables(self) -> Translation:
        """Every pair whose edit it tells; an attribute means its name, as the file has nothing else of it."""
        steps = {"_edited": EDITED, "_texts": TEXTS, "_sides": SIDES}
        return Translation(steps=steps, rows=TABLES, rejects=left_out("pairs", "pair_id", "reason", "_edited"))
