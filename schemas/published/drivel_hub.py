"""DrivelHub: https://huggingface.co/datasets/extraordinarylab/drivel-hub."""

from __future__ import annotations

from typing import Annotated, ClassVar

from ..published_dataset import Config, Licence, PublishedDataset, View
from ..row import Key, Row


class Drivel(Row):
    """An utterance with a right reading and four wrong ones."""

    id: Annotated[str, Key()]
    """Id."""
    text: str
    """The utterance."""
    language: str
    """Its language."""
    label: list[str]
    """Its kinds of drivel, as names or numbers."""
    pos_en: str
    """The right reading, in English."""
    neg_en_1: str
    """A wrong reading."""
    neg_en_2: str
    """A wrong reading."""
    neg_en_3: str
    """A wrong reading."""
    neg_en_4: str
    """A wrong reading."""
    taggings: str | None = None
    """The labels of the taggers."""


class DrivelHub(PublishedDataset):
    """Nonsense with depth in several languages, with readings to choose from."""

    title = "DrivelHub"
    configs: ClassVar = {"v0618": Config(Drivel)}
    licence = Licence(name="CC-BY-NC-4.0", url="https://huggingface.co/datasets/extraordinarylab/drivel-hub")
    citation = """\
@misc{drivelhub,
  title = {DrivelHub},
  howpublished = {https://huggingface.co/datasets/extraordinarylab/drivel-hub}
}"""
    evidence = "The dataset card; the configs of two columns cannot identify it."
    views: ClassVar = (
        View("items", "SELECT id AS item_id, text, split, language AS label FROM theirs.v0618"),
        View(
            "choices",
            """SELECT id AS item_id, unnest([0, 1, 2, 3, 4]) AS position,
            unnest([pos_en, neg_en_1, neg_en_2, neg_en_3, neg_en_4]) AS text, NULL AS gold FROM theirs.v0618""",
        ),
    )
