"""CoSAlign and CoSApien (arXiv 2410.08968): https://github.com/microsoft/controllable-safety-alignment."""

from __future__ import annotations

from typing import ClassVar, Literal

from ..left_out import left_out
from ..published_dataset import Config, Licence, PublishedDataset, Rule, Translation, View
from ..row import Row


class Train(Row):
    """Two responses under a safety config; which is better depends on the config."""

    system_prompt: str
    """The config in words."""
    prompt: str
    """The prompt."""
    chosen_response: str
    """The better response under the config."""
    rejected_response: str
    """The other."""
    mode: str
    """How the config was drawn for the prompt."""
    chosen_category_error_score: float
    """Error of the chosen response; lower is better."""
    rejected_category_error_score: float
    """Error of the rejected response."""
    spec_i: str | None = None
    """Categories that the config allows."""
    spec_j: str | None = None
    """Categories of the prompt."""
    chosen_cat: str | None = None
    """Categories of the chosen response."""
    rejected_cat: str | None = None
    """Categories of the rejected response."""


class Apien(Row):
    """A prompt under a written scenario."""

    prompt: str
    """The prompt."""
    scenario: str
    """The safety config in words."""
    type: Literal["allowed", "disallowed", "partially"]
    """Whether the config allows it."""


TRAIN = """
SELECT c.text AS system_prompt, p.text AS prompt, ch.text AS chosen_response, re.text AS rejected_response,
    g.mode, g.error AS chosen_category_error_score, b.error AS rejected_category_error_score,
    to_json(c.allowed)::VARCHAR AS spec_i, to_json(s.categories)::VARCHAR AS spec_j,
    to_json(g.categories)::VARCHAR AS chosen_cat, to_json(b.categories)::VARCHAR AS rejected_cat,
    CASE a.split WHEN 'train' THEN 'train' ELSE 'dev' END AS split
FROM ours.pairs a JOIN ours.prompts p USING (prompt_id) JOIN ours.configurations c ON c.config_id = objective
JOIN ours.specifications s USING (prompt_id)
JOIN ours.responses ch ON ch.response_id = CASE preferred WHEN 'first' THEN first_id ELSE second_id END
JOIN ours.responses re ON re.response_id = CASE preferred WHEN 'first' THEN second_id ELSE first_id END
JOIN ours.error_scores g ON g.response_id = ch.response_id AND g.config_id = objective
JOIN ours.error_scores b ON b.response_id = re.response_id AND b.config_id = objective ORDER BY pair_id
"""
APIEN = """
SELECT p.text AS prompt, c.text AS scenario, CASE WHEN list_has_all(allowed, categories) THEN 'allowed'
    WHEN list_has_any(allowed, categories) THEN 'partially' ELSE 'disallowed' END AS type, 'dev' AS split
FROM (SELECT DISTINCT prompt_id, config_id FROM ours.error_scores) e JOIN ours.prompts p USING (prompt_id)
JOIN ours.configurations c USING (config_id) JOIN ours.specifications s USING (prompt_id)
WHERE p.split <> 'train' ORDER BY p.prompt_id, config_id
"""


class CoSA(PublishedDataset):
    """Preferences under safety configs, and human-written scenarios to test with."""

    title = "CoSAlign and CoSApien"
    family = "configurations"
    splits: ClassVar = {"train": "train", "test": "dev"}
    configs: ClassVar = {"cosalign": Config(Train), "cosapien": Config(Apien)}
    licence = Licence(
        name="other",
        url="https://github.com/microsoft/controllable-safety-alignment",
        parts={
            "train_bt": "CC-BY-NC-4.0",
            "train_wg": "ODC-BY",
            "dev": "CC-BY-NC-4.0",
            "cosapien": "CDLA-Permissive-2.0",
        },
    )
    citation = """\
@article{zhang2024cosa,
  title = {Controllable Safety Alignment: Inference-Time Adaptation to Diverse Safety Requirements},
  author = {Zhang, Jingyu and others},
  journal = {arXiv preprint arXiv:2410.08968},
  year = {2024}
}"""
    evidence = "The dataset cards and the code of the repository."
    notes = (
        "Categories are lists in JSON here. CoSAlign joins them with `-`, which also occurs inside of their names.",
        "Prompts of the validation and test splits of the run are `dev`; only they are in `cosapien`.",
    )
    rules: ClassVar = {
        "lower_error_chosen": Rule(
            "The chosen response has the lower error",
            "choose|chooses the response with the higher error",
            """SELECT system_prompt, prompt,
                chosen_category_error_score || ' and ' || rejected_category_error_score AS problem
            FROM theirs.cosalign WHERE chosen_category_error_score >= rejected_category_error_score""",
        ),
    }
    views: ClassVar = (
        View(
            "pairs",
            """SELECT concat_ws('/', _table, _row) AS pair_id, concat_ws(chr(10), system_prompt, prompt) AS prompt,
            chosen_response AS first, rejected_response AS second, 'first' AS preferred, split, prompt AS group_id,
            -chosen_category_error_score AS first_score, -rejected_category_error_score AS second_score
            FROM theirs.cosalign""",
        ),
        View(
            "items",
            "SELECT concat_ws('/', _table, _row) AS item_id, prompt AS text, split, type AS label FROM theirs.cosapien",
        ),
    )

    def from_tables(self) -> Translation:
        """One row for each pair, and each prompt to test with under its configurations."""
        tied = """SELECT DISTINCT prompt_id || '/' || config_id AS key FROM ours.error_scores
            ANTI JOIN (SELECT prompt_id, objective AS config_id FROM ours.pairs) USING (prompt_id, config_id)"""
        reason = "'no response has a lower error than another, or all contain what is not allowed'"
        return Translation(
            steps={"_tied": tied},
            rows={"cosalign": TRAIN, "cosapien": APIEN},
            rejects=left_out("pairs", "key", reason, "_tied"),
        )
