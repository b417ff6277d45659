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
    second_turn_prompt: str | None = None
    """The prompt of a later turn."""
    second_turn_response_a: str | None = None
    """A response."""
    second_turn_response_b: str | None = None
    """A response."""
    second_turn_response_c: str | None = None
    """A response."""
    second_turn_response_d: str | None = None
    """A response."""
    second_turn_preferred_response: str | None = None
    """As in the first turn."""
    third_turn_prompt: str | None = None
    """The prompt of a later turn."""
    third_turn_response_a: str | None = None
    """A response."""
    third_turn_response_b: str | None = None
    """A response."""
    third_turn_response_c: str | None = None
    """A response."""
    third_turn_response_d: str | None = None
    """A response."""
    third_turn_preferred_response: str | None = None
    """As in the first turn."""
    fourth_turn_prompt: str | None = None
    """The prompt of a later turn."""
    fourth_turn_response_a: str | None = None
    """A response."""
    fourth_turn_response_b: str | None = None
    """A response."""
    fourth_turn_response_c: str | None = None
    """A response."""
    fourth_turn_response_d: str | None = None
    """A response."""
    fourth_turn_preferred_response: str | None = None
    """As in the first turn."""
    annotator_age: Annotated[str | None, Known("recalled")] = None
    """Age band."""
    annotator_gender: Annotated[str | None, Known("recalled")] = None
    """As declared."""
    annotator_country: Annotated[str | None, Known("recalled")] = None
    """As declared."""
    annotator_political: Annotated[str | None, Known("recalled")] = None
    """As declared."""


TURNS = ("first", "second", "third", "fourth")
LETTERS = [f"response_{letter}" for letter in "abcd"]


def _each(select: str) -> str:
    """A SELECT about one turn, for all of them: what it calls it, its responses by letter, and what comes before."""
    parts = []
    for turn, before in zip(TURNS, (TURNS[0], *TURNS), strict=False):
        responses = ", ".join(
            f"{{'letter': '{letter}', 'text': nullif({turn}_turn_{letter}, '')}}" for letter in LETTERS
        )
        parts.append(select.format(turn=turn, before=before, responses=f"[{responses}]"))
    return " UNION ALL ".join(parts)


CHOSEN = """
SELECT conversation_id || '/{turn}' AS pair, {turn}_turn_prompt AS prompt, annotator_id, split, conversation_id,
    list_filter({responses}, lambda r: r.letter = {turn}_turn_preferred_response) AS chosen,
    unnest(list_filter({responses}, lambda r: r.letter <> {turn}_turn_preferred_response AND r.text IS NOT NULL))
        AS other
FROM theirs.conversations
"""


class CommunityAlignment(PublishedDataset):
    """Choices of people of several countries among four unlike responses."""

    title = "Community Alignment"
    configs: ClassVar = {"conversations": Config(Conversation)}
    licence = Licence(name="CC-BY-4.0", url="https://huggingface.co/datasets/facebook/community-alignment-dataset")
    citation = """\
@misc{communityalignment,
  title = {Community Alignment Dataset},
  howpublished = {https://huggingface.co/datasets/facebook/community-alignment-dataset}
}"""
    evidence = "The dataset card and the code of an audit."
    rules: ClassVar = {
        "preferred_is_there": Rule(
            "The preferred response of a turn is one of its four",
            "prefer|prefers a response that does not exist",
            _each(
                """SELECT conversation_id, '{turn}: ' || {turn}_turn_preferred_response AS problem
                FROM theirs.conversations WHERE {turn}_turn_preferred_response <> '' AND len(list_filter(
                {responses}, lambda r: r.letter = {turn}_turn_preferred_response AND r.text IS NOT NULL)) = 0"""
            ),
            severity="warning",
            unit="turns",
        ),
        "turns_follow": Rule(
            "A turn follows an earlier one with a preferred response",
            "do|does not follow an earlier turn with a preferred response",
            _each(
                """SELECT conversation_id, 'no {before} turn before the {turn}' AS problem FROM theirs.conversations
                WHERE {turn}_turn_prompt <> '' AND '{turn}' <> 'first'
                AND (coalesce({before}_turn_prompt, '') = '' OR coalesce({before}_turn_preferred_response, '') = '')"""
            ),
            severity="warning",
            unit="turns",
        ),
        "four_candidates": Rule(
            "The four responses of a turn differ",
            "have|has repeated responses",
            _each(
                """SELECT conversation_id, 'two of the {turn} turn are equal' AS problem FROM theirs.conversations
                WHERE len({responses}) > len(list_distinct(list_transform({responses},
                lambda r: coalesce(r.text, r.letter))))"""
            ),
            severity="warning",
            unit="turns",
        ),
    }
    views: ClassVar = (
        View(
            "pairs",
            f"""SELECT pair || '/' || other.letter AS pair_id, prompt, chosen[1].text AS first, other.text AS second,
            'first' AS preferred, annotator_id, conversation_id AS group_id, split FROM ({_each(CHOSEN)})
            WHERE chosen[1].text IS NOT NULL""",
        ),
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
