"""ETHICS (arXiv 2008.02275): https://github.com/hendrycks/ethics."""

from __future__ import annotations

from typing import ClassVar

from ..published_dataset import Config, Licence, PublishedDataset, Translation, View
from ..row import Row


class Commonsense(Row):
    """Whether an action is wrong."""

    label: bool
    """Whether it is wrong."""
    input: str
    """The action, in the first person."""
    is_short: bool
    """Whether it is a short text."""
    edited: bool
    """Whether it was edited to be adversarial."""


class Deontology(Row):
    """Whether an excuse is reasonable."""

    label: bool
    """Whether it is."""
    scenario: str
    """A request or a duty."""
    excuse: str
    """The excuse."""


class Ethics(PublishedDataset):
    """Scenarios with one label each, by five views of ethics."""

    title = "ETHICS"
    family = "dilemmas"
    file_format: ClassVar = "csv"
    splits: ClassVar = {"train": "train", "validation": "validation", "test": "test"}
    notes = (
        "An action is labelled wrong where most of the panel would take the other one: this is a projection that loses "
        "who judged how, and dilemmas without such a majority are left out. `is_short` is up to 200 characters, which "
        "is ours; `deontology` stays empty.",
    )
    configs: ClassVar = {
        "commonsense": Config(Commonsense, evidence="recalled"),
        "deontology": Config(Deontology, evidence="recalled"),
    }
    licence = Licence(name="MIT", url="https://github.com/hendrycks/ethics")
    citation = """\
@inproceedings{hendrycks2021ethics,
  title = {Aligning AI With Shared Human Values},
  author = {Hendrycks, Dan and Burns, Collin and Basart, Steven and Critch, Andrew and Li, Jerry and Song, Dawn and
    Steinhardt, Jacob},
  booktitle = {ICLR},
  year = {2021}
}"""
    evidence = (
        "Recalled, not confirmed. Justice, virtue and utilitarianism have too few columns to be recognised by them."
    )
    views: ClassVar = (
        View(
            "items",
            """SELECT 'commonsense/' || _table || '/' || _row AS item_id, input AS text, split, label
            FROM theirs.commonsense""",
        ),
        View(
            "items",
            """SELECT 'deontology/' || _table || '/' || _row AS item_id, concat_ws(' / ', scenario, excuse) AS text,
            split, label FROM theirs.deontology""",
        ),
    )

    def from_tables(self) -> Translation:
        """The two actions of each dilemma on which most of the panel agree."""
        return Translation(
            steps={
                "_chosen": """
                    SELECT item_id AS dilemma_id, count_if(label = 'to_do') AS to_do,
                        count_if(label = 'not_to_do') AS not_to_do FROM ours.annotations
                    WHERE item_table = 'trade_offs' AND aspect = 'choice' AND sample = 0 GROUP BY item_id""",
                "_judged": """
                    SELECT d.split, d.dilemma_id, d.text || ' I decide: ' || a.text AS input, a.action_type,
                        coalesce(to_do, 0) AS to_do, coalesce(not_to_do, 0) AS not_to_do
                    FROM ours.dilemmas d JOIN ours.actions a ON a.dilemma_id = d.dilemma_id
                    LEFT JOIN _chosen c ON c.dilemma_id = d.dilemma_id""",
            },
            rows={
                "commonsense": """
                    SELECT split, (to_do > not_to_do) <> (action_type = 'to_do') AS label, input,
                        length(input) <= 200 AS is_short, false AS edited
                    FROM _judged WHERE to_do <> not_to_do ORDER BY dilemma_id, action_type DESC""",
                "deontology": """SELECT NULL AS split, NULL AS label, NULL AS scenario, NULL AS excuse WHERE false""",
            },
            rejects="""SELECT DISTINCT 'row' AS level, 'dilemmas' AS "table", dilemma_id AS key, 'ethics' AS step,
                'no majority of the panel' AS reason, to_do || ' to do, ' || not_to_do || ' not to do' AS detail,
                NULL AS kept_key FROM _judged WHERE to_do = not_to_do""",
        )
