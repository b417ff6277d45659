"""BLEnD (arXiv 2406.09948): https://huggingface.co/datasets/nayeon212/BLEnD, the short-answer questions."""

from __future__ import annotations

from typing import Annotated, ClassVar

from ..published_dataset import Config, Licence, PublishedDataset, View
from ..row import Key, Row


class Question(Row):
    """A question about everyday life in one region."""

    ID: Annotated[str, Key()]
    """Id, shared by all regions."""
    Topic: str
    """Topic."""
    Source: str | None
    """Who wrote it."""
    Question: str
    """The question in the language of the region."""
    Translation: str | None
    """The question in English."""


class Blend(PublishedDataset):
    """Questions about everyday life that people of many regions answered."""

    title = "BLEnD"
    configs: ClassVar = {"questions": Config(Question, evidence="recalled")}
    licence = Licence(name="CC-BY-SA-4.0", url="https://huggingface.co/datasets/nayeon212/BLEnD")
    citation = """\
@article{myung2024blend,
  title = {BLEnD: A Benchmark for LLMs on Everyday Knowledge in Diverse Cultures and Languages},
  author = {Myung, Junho and others},
  journal = {arXiv preprint arXiv:2406.09948},
  year = {2024}
}"""
    evidence = "Notes on the files of its repository; that the configs on the Hub have the same columns is not known."
    views: ClassVar = (
        View(
            "items",
            "SELECT _table || '/' || ID AS item_id, Question AS text, ID AS group_id, split FROM theirs.questions",
        ),
    )
