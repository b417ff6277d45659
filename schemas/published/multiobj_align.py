"""Preference pairs of multiobj-align, MAH-DPO (arXiv 2510.01167): https://github.com/pearls-lab/multiobj-align."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..field_docs import Documented
from ..published_dataset import Config, Licence, PublishedDataset, Rule, Translation, View
from ..row import Row

Place = Annotated[int, Field(ge=0)]


class Provenance(Documented):
    """How a pair was picked from its candidates."""

    original_id: str
    """Dialogue and turn, as `dialogue:turn`."""
    num_candidates: Annotated[int, Field(ge=2)]
    """How many candidates there were."""
    chosen_score: float
    """Score of the best of them."""
    rejected_score: float
    """Score of the worst of them."""
    chosen_index: Place
    """Place of the best, from 0."""
    rejected_index: Place
    """Place of the worst."""
    all_scores: list[float]
    """The score of every candidate."""
    model: str | None = None
    """The model that wrote them."""
    rm_model: str | None = None
    """The reward model that scored them."""
    cut_index: int | None = None
    """Where the dialogue was cut."""
    rating: float | None = None
    """A rating; its scale is documented nowhere."""


class Best(Row):
    """The best and the worst of several candidates."""

    question: str
    """The dialogue so far, as one text."""
    chosen: str
    """The candidate with the highest score."""
    rejected: str
    """The candidate with the lowest score."""
    metadata: Provenance
    """How they were picked."""


OURS = """
SELECT split, metadata.original_id AS prompt_id, question, chosen, rejected, coalesce(_table, 'score') AS objective,
    metadata AS m, row_number() OVER () AS line FROM theirs.pairs
"""
SCORED = """
SELECT *, prompt_id || '/' || objective || '/' || place AS response_id FROM (
    SELECT * EXCLUDE (m), unnest(range(len(m.all_scores))) AS place, unnest(m.all_scores) AS score, m.model AS model,
        m.rm_model AS rm_model, m.chosen_index AS best, m.rejected_index AS worst FROM _ours)
"""
TABLES = {
    "prompts": """SELECT split, prompt_id, question AS text, []::STRUCT("role" VARCHAR, "content" VARCHAR)[] AS turns,
        NULL AS topic, NULL AS language,
        'multiobj-align, cut at ' || coalesce(m.cut_index::VARCHAR, 'the end') AS source
        FROM _ours QUALIFY row_number() OVER (PARTITION BY prompt_id ORDER BY line) = 1 ORDER BY line""",
    "responses": """SELECT split, response_id, prompt_id, place, model, 0 AS sample, '' AS digest,
        CASE place WHEN best THEN chosen WHEN worst THEN rejected ELSE '' END AS text
        FROM _scored ORDER BY line, place""",
    "pairs": """SELECT split, prompt_id || '/' || objective AS pair_id, prompt_id,
        prompt_id || '/' || objective || '/' || least(m.chosen_index, m.rejected_index) AS first_id,
        prompt_id || '/' || objective || '/' || greatest(m.chosen_index, m.rejected_index) AS second_id,
        objective, NULL AS context, if(m.chosen_index < m.rejected_index, 'first', 'second') AS preferred,
        m.chosen_score - m.rejected_score AS margin,
        if(m.chosen_index < m.rejected_index, m.chosen_score, m.rejected_score) AS first_score,
        if(m.chosen_index < m.rejected_index, m.rejected_score, m.chosen_score) AS second_score, 1::DOUBLE AS agreement,
        [{'label': if(m.chosen_index < m.rejected_index, 'first', 'second'),
            'share': 1::DOUBLE}] AS distribution, 1 AS n,
        [{'table': 'responses', 'key': first_id}, {'table': 'responses', 'key': second_id}] AS basis
        FROM _ours WHERE m.chosen_index <> m.rejected_index ORDER BY line""",
    "annotators": """SELECT 'train' AS split, annotator_id, 'model' AS kind, nullif(annotator_id, 'multiobj-align')
        AS model FROM (SELECT DISTINCT coalesce(rm_model, 'multiobj-align') AS annotator_id FROM _scored
        UNION SELECT 'multiobj-align') ORDER BY annotator_id""",
    "annotations": """SELECT split, 'responses' AS item_table, response_id AS item_id,
        coalesce(rm_model, 'multiobj-align') AS annotator_id, objective AS aspect, 0 AS sample, NULL AS label, score,
        []::VARCHAR[] AS options, '' AS digest FROM _scored
        UNION ALL SELECT split, 'prompts', prompt_id, 'multiobj-align', 'rating', 0, NULL, m.rating, [], ''
        FROM _ours WHERE m.rating IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY prompt_id ORDER BY line) = 1""",
}
NO_PAIR = """
SELECT 'row' AS level, 'pairs' AS "table", prompt_id || '/' || objective AS key, 'multiobj_align' AS step,
    'chosen and rejected are one response' AS reason, 'index ' || m.chosen_index AS detail, NULL::VARCHAR AS kept_key
FROM _ours WHERE m.chosen_index = m.rejected_index ORDER BY line
"""
POOLS = """
WITH rated AS (
    SELECT item_id, aspect, avg(score) AS score, CASE WHEN count(DISTINCT annotator_id) = 1 THEN any_value(annotator_id)
        END AS annotator_id
    FROM ours.annotations WHERE item_table = 'responses' AND score IS NOT NULL GROUP BY item_id, aspect)
SELECT any_value(r.split) AS split, r.prompt_id, aspect AS objective, list(score ORDER BY place) AS all_scores,
    list(r.text ORDER BY place) AS texts, CASE WHEN count(DISTINCT r.model) = 1 THEN any_value(r.model) END AS model,
    CASE WHEN count(DISTINCT annotator_id) = 1 THEN any_value(annotator_id) END AS rm_model,
    list_position(all_scores, list_max(all_scores)) AS best, list_position(all_scores, list_min(all_scores)) AS worst,
    CASE WHEN len(all_scores) < 2 THEN 'fewer than two responses with a score'
        WHEN list_max(all_scores) = list_min(all_scores) THEN 'all scores are equal'
        END AS reason
FROM ours.responses r JOIN rated ON item_id = response_id GROUP BY r.prompt_id, aspect
"""
RATINGS = """SELECT item_id AS prompt_id, any_value(score) AS rating FROM ours.annotations
    WHERE item_table = 'prompts' AND aspect = 'rating' GROUP BY item_id"""
DIALOGUE = "split_part(metadata.original_id, ':', 1)"


class MultiobjAlign(PublishedDataset):
    """The best and the worst of several candidates for one objective, with scores."""

    title = "multiobj-align"
    family = "preferences"
    file_format = "jsonl"
    splits: ClassVar = {"train": "train", "validation": "validation", "test": "test"}
    configs: ClassVar = {"pairs": Config(Best, evidence="file")}
    licence = Licence(name="Apache-2.0", url="https://github.com/pearls-lab/multiobj-align")
    citation = """\
@article{mahdpo2025,
  title = {MAH-DPO: multi-objective alignment},
  journal = {arXiv preprint arXiv:2510.01167},
  year = {2025}
}"""
    evidence = "A real file of one objective of seven."
    rules: ClassVar = {
        "once": Rule(
            "An original_id is unique",
            "occur|occurs more than once",
            """SELECT metadata.original_id AS original_id, count(*) || ' rows' AS problem FROM theirs.pairs
            GROUP BY 1 HAVING count(*) > 1""",
            severity="warning",
            evidence="file",
            unit="ids",
            per="metadata.original_id",
        ),
        "scores_of_the_pair": Rule(
            "chosen_score and rejected_score are the scores at chosen_index and rejected_index",
            "have|has scores other than those at chosen_index and rejected_index",
            """SELECT metadata.original_id AS original_id, 'another score at its place' AS problem FROM theirs.pairs
            WHERE metadata.all_scores[1 + metadata.chosen_index] IS DISTINCT FROM metadata.chosen_score
            OR metadata.all_scores[1 + metadata.rejected_index] IS DISTINCT FROM metadata.rejected_score""",
            evidence="file",
        ),
        "rows_of_one_dialogue": Rule(
            "Every row is from a dialogue of its own; otherwise split by dialogue",
            "have|has more than one row",
            f"""SELECT {DIALOGUE} AS dialogue, count(*) || ' rows' AS problem FROM theirs.pairs GROUP BY 1
            HAVING count(*) > 1""",
            severity="info",
            evidence="file",
            unit="dialogues",
            per=DIALOGUE,
        ),
    }
    views: ClassVar = (
        View(
            "pairs",
            f"""SELECT metadata.original_id AS pair_id, question AS prompt, chosen AS first, rejected AS second,
            'first' AS preferred, split, {DIALOGUE} AS group_id, metadata.chosen_score AS first_score,
            metadata.rejected_score AS second_score FROM theirs.pairs""",
        ),
        View(
            "votes",
            """SELECT metadata.original_id AS item_id, unnest(range(len(metadata.all_scores))) AS option,
            unnest(metadata.all_scores) AS votes, true AS scored FROM theirs.pairs""",
        ),
        View(
            "stated",
            """SELECT metadata.original_id AS item_id, unnest(['argmax', 'argmin', 'max', 'min', 'count']) AS rule,
            unnest([metadata.chosen_index::VARCHAR, metadata.rejected_index::VARCHAR, metadata.chosen_score::VARCHAR,
            metadata.rejected_score::VARCHAR, metadata.num_candidates::VARCHAR]) AS stated FROM theirs.pairs""",
        ),
    )
    example: ClassVar = {
        "pairs": [
            {
                "question": f"Student: what is {number} and {number}? Assistant:",
                "chosen": f"What do you think {number} and one more are?",
                "rejected": f"{number * 2}, of course.",
                "metadata": {
                    "original_id": f"d{number}:1",
                    "num_candidates": 3,
                    "chosen_score": 0.9,
                    "rejected_score": 0.1,
                    "chosen_index": 0,
                    "rejected_index": 2,
                    "all_scores": [0.9, 0.5, 0.1],
                },
            }
            for number in (2, 3)
        ]
    }

    objective: str | None = None
    """Only pairs of this objective, as the publishers have one file for each; default: all of them."""

    def from_tables(self) -> Translation:
        """The best and the worst rated response to each prompt under each aspect; the first of equal ones."""
        chosen = "true" if self.objective is None else "objective = '" + self.objective.replace("'", "''") + "'"
        rows = f"""SELECT o.split, p.text AS question, texts[best] AS chosen, texts[worst] AS rejected, {{
                'original_id': o.prompt_id, 'num_candidates': len(all_scores), 'chosen_score': all_scores[best],
                'rejected_score': all_scores[worst], 'chosen_index': best - 1, 'rejected_index': worst - 1,
                'all_scores': all_scores, 'model': model, 'rm_model': nullif(rm_model, 'multiobj-align'),
                'cut_index': CAST(nullif(regexp_extract(source, 'cut at (\\d+)$', 1), '') AS BIGINT),
                'rating': rating}} AS metadata
            FROM _pools o JOIN ours.prompts p USING (prompt_id) LEFT JOIN _ratings USING (prompt_id)
            WHERE reason IS NULL AND {chosen} ORDER BY objective, prompt_id"""
        left_out = f"""SELECT 'row' AS level, 'prompts' AS "table", prompt_id AS key, 'pairs' AS step, reason,
            objective AS detail, NULL::VARCHAR AS kept_key FROM _pools WHERE reason IS NOT NULL AND {chosen}
            ORDER BY reason, key"""
        return Translation(steps={"_pools": POOLS, "_ratings": RATINGS}, rows={"pairs": rows}, rejects=left_out)

    def to_tables(self) -> Translation:
        """A response for each score; the texts of all but the best and the worst are not published and are empty."""
        return Translation(steps={"_ours": OURS, "_scored": SCORED}, rows=TABLES, rejects=NO_PAIR)
