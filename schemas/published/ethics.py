"""ETHICS (arXiv 2008.02275): https://github.com/hendrycks/ethics."""

from __future__ import annotations

from typing import ClassVar

from ..published_dataset import Config, Licence, PublishedDataset, View
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
