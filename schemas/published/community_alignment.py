"""Community Alignment: https://huggingface.co/datasets/facebook/community-alignment-dataset."""

from __future__ import annotations

from typing import Annotated, ClassVar

from ..published_dataset import Config, Known, Licence, PublishedDataset, Rule, View
from ..row import Row


class Conversation(Row):
    """A conversation; the first of up to four turns, each with four responses of which one is preferred."""

    conversation_id: str
    """Id."""
    annotator_id: str
    """Who."""
    assigned_lang: str
    """Language that was assigned."""
    first_turn_prompt: str
    """The prompt."""
    first_turn_response_a: str | None
    """A response."""
    first_turn_response_b: str | None
    """A response."""
    first_turn_response_c: str | None
    """A response."""
    first_turn_response_d: str | None
    """A response."""
    first_turn_preferred_response: str | None
    """`response_a` to `response_d`."""
    annotator_age: Annotated[str | None, Known("recalled")] = None
    """Age band."""
    annotator_gender: Annotated[str | None, Known("recalled")] = None
    """As declared."""
    annotator_country: Annotated[str | None, Known("recalled")] = None
    """As declared."""
    annotator_political: Annotated[str | None, Known("recalled")] = None
    """As declared."""


RESPONSES = [f"first_turn_response_{letter}" for letter in "abcd"]


class CommunityAlignment(PublishedDataset):
    """People of several countries choose among four responses that are unlike each other on purpose."""

    title = "Community Alignment"
    configs: ClassVar = {"conversations": Config(Conversation)}
    licence = Licence(name="CC-BY-4.0", url="https://huggingface.co/datasets/facebook/community-alignment-dataset")
    citation = """\
@misc{communityalignment,
  title = {Community Alignment Dataset},
  howpublished = {https://huggingface.co/datasets/facebook/community-alignment-dataset}
}"""
    evidence = "The dataset card and the code of an audit; only the first turn is described here."
    rules: ClassVar = {
        "preferred_is_there": Rule(
            "the preferred response is one of the four",
            f"""SELECT conversation_id, first_turn_preferred_response AS problem FROM theirs.conversations
            WHERE first_turn_preferred_response IS NOT NULL AND coalesce(list_position(
            ['response_a', 'response_b', 'response_c', 'response_d'], first_turn_preferred_response), 0) = 0
            OR [{", ".join(RESPONSES)}][list_position(
            ['response_a', 'response_b', 'response_c', 'response_d'], first_turn_preferred_response)] = ''""",
            severity="warning",
        ),
    }
    views: ClassVar = (
        View(
            "annotations",
            """SELECT 'items' AS item_table, md5(first_turn_prompt) AS item_id, annotator_id,
            'preferred' AS aspect, first_turn_preferred_response AS label FROM theirs.conversations""",
        ),
        View(
            "annotators",
            """SELECT DISTINCT ON (annotator_id) annotator_id, annotator_age AS age, annotator_gender AS gender,
            annotator_country AS country, annotator_political AS politics FROM theirs.conversations""",
        ),
    )
