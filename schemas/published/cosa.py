"""CoSAlign and CoSApien (arXiv 2410.08968): https://github.com/microsoft/controllable-safety-alignment."""

from __future__ import annotations

from typing import ClassVar, Literal

from ..published_dataset import Config, Licence, PublishedDataset, Rule, View
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


class CoSA(PublishedDataset):
    """Preferences under safety configs, and human-written scenarios to test with."""

    title = "CoSAlign and CoSApien"
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
    evidence = "The dataset cards."
    rules: ClassVar = {
        "lower_error_chosen": Rule(
            "The chosen response has the lower error",
            "choose|chooses the response with the higher error",
            """SELECT _table, _row, chosen_category_error_score || ' and ' || rejected_category_error_score AS problem
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
