"""Replies to a prompt by several annotators, each reply rated by others, and the pairs that follow from the ratings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from pluriset.builders.asking.ask import Answer, Ask
from pluriset.builders.families import Family, Role
from pluriset.builders.sources import Seed
from pluriset.schemas.request import Message, Prompt
from pluriset.schemas.row import ForeignKey, Key, Row
from pluriset.schemas.rows.shared import SHARED, Annotation, Aspect, RowRef
from pluriset.schemas.views import View

HELPFUL = Aspect(
    item_table="replies",
    aspect="helpfulness",
    low=1,
    high=5,
    rules=["mean"],
)


class UserPrompt(Row):
    """A prompt of a user."""

    prompt_id: Annotated[str, Key(), Field(min_length=1)]
    """Id from the source, or a digest of the text."""
    text: Annotated[str, Field(min_length=1, pattern=r"\S")]
    """The prompt."""
    topic: str | None = None
    """What it is about, if a teacher could say."""


class Reply(Row):
    """A reply to a prompt."""

    reply_id: Annotated[str, Key(), Field(min_length=1)]
    """Prompt, annotator and sample."""
    prompt_id: Annotated[str, ForeignKey("prompts.prompt_id")]
    """The prompt."""
    writer_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who replied."""
    text: Annotated[str, Field(pattern=r"^[A-Z].+[.]$", max_length=400)]
    """The reply."""
    temperature: float | None = None
    """Sampling temperature of the reply."""
    digest: str = ""
    """Digest of the ask in the journal."""


class ReplyPair(Row):
    """Two replies to a prompt of which one was rated higher."""

    pair_id: Annotated[str, Key(), Field(min_length=1)]
    """The chosen and the rejected reply."""
    prompt_id: Annotated[str, ForeignKey("prompts.prompt_id")]
    """The prompt."""
    chosen_id: Annotated[str, ForeignKey("replies.reply_id")]
    """The reply that was rated higher on average."""
    rejected_id: Annotated[str, ForeignKey("replies.reply_id")]
    """The other."""
    basis: list[RowRef]
    """The replies that were compared."""


TABLES: dict[str, type[Row]] = {"prompts": UserPrompt, "replies": Reply, "pairs": ReplyPair, **SHARED}
READ_AS = (
    View(
        "pairs",
        """SELECT pair_id, p.text AS prompt, c.text AS first, r.text AS second, 'first' AS preferred,
            pair.prompt_id AS group_id
        FROM theirs.pairs pair JOIN theirs.prompts p USING (prompt_id)
        JOIN theirs.replies c ON c.reply_id = chosen_id JOIN theirs.replies r ON r.reply_id = rejected_id""",
    ),
)
PLOTS = {"items_per_annotator": "bar"}
PAIRS = """
WITH rated AS (
    SELECT r.*, mean(a.score) AS score FROM replies r JOIN annotations a ON a.item_id = r.reply_id GROUP BY ALL)
SELECT c.reply_id || '>' || r.reply_id AS pair_id, c.prompt_id, c.reply_id AS chosen_id, r.reply_id AS rejected_id,
    [{'table': 'replies', 'key': c.reply_id}, {'table': 'replies', 'key': r.reply_id}] AS basis
FROM rated c JOIN rated r ON c.prompt_id = r.prompt_id AND c.score > r.score ORDER BY pair_id
"""


class Topic(BaseModel):
    """What a prompt is about."""

    model_config = ConfigDict(extra="forbid")

    topic: str


class Text(BaseModel):
    """A reply."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(pattern=r"^[A-Z].+[.]$", max_length=400)]


class Rated(BaseModel):
    """A rating."""

    model_config = ConfigDict(extra="forbid")

    score: Literal[1, 2, 3, 4, 5]


class Replies(Family):
    """Replies to prompts, rated by a panel, and pairs of a higher and a lower rated one."""

    tables = TABLES
    roles = {
        "sort": Role("names the topic of a prompt"),
        "reply": Role("replies to a prompt", many=True),
        "rate": Role("rates each reply", many=True),
    }

    samples: PositiveInt = 2
    """Replies of each annotator to a prompt."""
    topics: tuple[str, ...] = ("work", "family")
    """The topics to choose from."""

    def once(self) -> Sequence[Row]:
        return (HELPFUL,)

    def derived(self) -> Mapping[str, str]:
        return {"pairs": PAIRS}

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        item = ("prompts", seed.id)
        about = Prompt((Message("user", f"Topic of: {seed.text}"),), 20, temperature=0)
        topic = await ask.maybe(about, Topic, "sort", item=item, narrow={"topic": {"enum": self.topics}})
        prompt = Prompt((Message("user", f"Reply to: {seed.text}"),), 200, temperature=0.9)
        answers = await ask.each(
            prompt, Text, "reply", item=item, into="replies", samples=range(self.samples), required=True
        )
        replies = [self._reply(seed, answer) for answer in answers]
        ratings = await ask.all(self._rated(seed, reply, ask) for reply in replies)
        main = UserPrompt(prompt_id=seed.id, text=seed.text, topic=topic.value.topic if topic else None)
        return [main, *replies, *(rating for each in ratings for rating in each)]

    def seed(self, main: Row) -> Seed:
        assert isinstance(main, UserPrompt)
        return Seed(main.prompt_id, main.text, "")

    def _reply(self, seed: Seed, answer: Answer[Text]) -> Reply:
        return Reply(
            reply_id=f"{seed.id}/{answer.annotator_id}/{answer.sample}",
            prompt_id=seed.id,
            writer_id=answer.annotator_id,
            text=answer.value.text,
            temperature=answer.temperature,
            digest=answer.digest,
        )

    async def _rated(self, seed: Seed, reply: Reply, ask: Ask) -> list[Annotation]:
        prompt = Prompt((Message("user", f"Rate the reply to: {seed.text}\n{reply.text}"),), 10)
        answers = await ask.each(prompt, Rated, "rate", item=("replies", reply.reply_id), into="annotations")
        return [
            Annotation(
                item_table="replies",
                item_id=reply.reply_id,
                annotator_id=answer.annotator_id,
                aspect=HELPFUL.aspect,
                score=answer.value.score,
                options=[],
                digest=answer.digest,
            )
            for answer in answers
        ]
