"""Everyday dilemmas of two actions, after DailyDilemmas (arXiv 2410.02683).

The stages are theirs: dilemma, actions, consequences, parties with what is at stake for them. Every stage is asked for
by itself and has rows of its own. A panel that chooses between the actions is ours, and so is the closed list of
topics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from ...schemas.request import Prompt
from ...schemas.row import Row
from ...schemas.rows.dilemmas import (
    CHOICE,
    TABLES,
    UNMAPPED,
    Action,
    ActionType,
    Consequence,
    Dilemma,
    Involvement,
    Merge,
    Party,
    Stake,
    TradeOff,
)
from ...schemas.rows.shared import Annotator, RowRef
from ...validators.tables.normalise import norm
from ...validators.tables.sql import quote_literal
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer, Ask
from ..asking.declinable import Bounds, declinable_prompt, write, write_optional
from ..asking.few_shot import few_shot_prompt
from ..asking.narrow import Narrow
from ..sources import Seed
from . import Family, Role
from . import _dilemmas_prompts as prompts
from ._annotations import annotation, drawn_order

Phrase = Annotated[str, Field(min_length=1, max_length=200)]
Sentences = Annotated[str, Field(min_length=1, max_length=1500)]
Refs = list[RowRef]


class WrittenDilemma(AnswerModel):
    """A dilemma that ends in a question."""

    dilemma: Sentences


class WrittenActions(AnswerModel):
    """Two actions that exclude each other."""

    to_do: Phrase
    not_to_do: Phrase

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if norm(self.to_do) == norm(self.not_to_do):
            raise ValueError("the two actions are the same")
        if min(len(text.split()) for text in (self.to_do, self.not_to_do)) < 2:
            raise ValueError("an action of one word cannot be understood by itself")
        return self


class WrittenConsequence(AnswerModel):
    """How an action turns out badly."""

    consequence: Sentences


class WrittenStake(AnswerModel):
    """What is at stake for one party."""

    party: Phrase
    value: Phrase
    reason: Annotated[str, Field(min_length=1, max_length=400)]


class WrittenStakes(AnswerModel):
    """Everybody who is affected by an action, and what is at stake for them."""

    direct: list[WrittenStake]
    indirect: list[WrittenStake]


class AssignedTopic(AnswerModel):
    """A topic of the closed list."""

    topic: str


class Chosen(AnswerModel):
    """Which of two actions somebody would choose."""

    choice: Literal["first", "second", "depends", "abstain"]


class Vocabulary(BaseModel):
    """The values that dilemmas are counted by: built from what is written, given, or closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: tuple[str, ...] = ()
    """A given vocabulary: values outside it are kept as written and counted as none. Empty: all values are counted."""
    closed: bool = False
    """Whether the writer must choose from `values`; the teacher decodes under them."""
    synonyms: dict[str, str] = {}
    """Value as it is written -> value that it is counted as; every use is in the table `value_merges`."""
    min_mentions: PositiveInt = 1
    """Mentions below which a value is not in the vocabulary."""

    @model_validator(mode="after")
    def _close_what_is_given(self) -> Self:
        if self.closed and not self.values:
            raise ValueError("`closed` needs `values` to choose from")
        return self

    def value_of(self, written: str) -> tuple[str | None, Merge | None]:
        """The value that a text is counted as, and why where it is written otherwise."""
        synonyms = {norm(other): value for other, value in self.synonyms.items()}
        given = {norm(value): value for value in self.values}
        value = synonyms.get(norm(written), norm(written))
        value = given.get(norm(value), None if given else value) or ""
        if not value:
            return None, None
        if norm(written) in synonyms:
            return value, "synonym"
        return value, None if value == written else "spelling"


class TheoryTable(BaseModel):
    """Where theories have the values, from a table that can be cited."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, Field(min_length=1)]
    """How the table is cited."""
    categories: dict[str, dict[str, str]]
    """Theory -> value -> its category; a value that is missing is unmapped."""


class Dilemmas(Family):
    """Everyday dilemmas of two actions: consequences, parties, values at stake, and what a panel would choose."""

    tables = TABLES
    roles = {
        "write": Role("writes the dilemma, its actions and consequences, and what is at stake"),
        "sort": Role("assigns a topic"),
        "choose": Role("chooses between the two actions", many=True),
    }

    topics: tuple[str, ...] = prompts.TOPICS
    """Closed list of topics; empty: none is assigned."""
    max_stakes: PositiveInt = 3
    """Most values that a writer names for the parties affected directly, and as many for the others."""
    vocabulary: Vocabulary = Vocabulary()
    """How values are counted."""
    theories: TheoryTable | None = None
    """Where theories have the values of the vocabulary."""
    patterns: dict[str, str] = {"dilemma": r"^\S.*[?]$"}
    """Field of an answer (dilemma, to_do, not_to_do, consequence, party, value, reason) -> regular expression that it
    must match; the teacher decodes under it."""
    dilemma_prompt: str = prompts.DILEMMA
    """System prompt of the writer of a dilemma."""
    actions_prompt: str = prompts.ACTIONS
    """System prompt of the writer of actions."""
    consequence_prompt: str = prompts.CONSEQUENCE
    """System prompt of the writer of a consequence."""
    stakes_prompt: str = prompts.STAKES
    """System prompt of the writer of what is at stake."""
    topic_prompt: str = prompts.TOPIC
    """System prompt of who assigns topics."""
    choice_prompt: str = prompts.CHOICE
    """System prompt of who chooses."""
    examples: tuple[dict[str, Any], ...] = prompts.EXAMPLES
    """Worked examples with the answers of every stage; small teachers tend to copy from them."""

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """A dilemma and its actions, then what follows from each action, and who would choose which."""
        dilemma = await self._dilemma(seed, ask)
        actions = await self._actions(dilemma, ask)
        trade_off = TradeOff(
            dilemma_id=dilemma.dilemma_id, to_do_id=actions[0].action_id, not_to_do_id=actions[1].action_id
        )
        parts = [self._after(dilemma, action, ask) for action in actions]
        rows = await ask.all([*parts, self._choices(dilemma, actions, ask)])
        return [dilemma, *actions, trade_off, *(row for part in rows for row in part)]

    def once(self) -> Sequence[Row]:
        """The choice between the actions."""
        return (CHOICE,)

    def derived(self) -> Mapping[str, str]:
        """The vocabulary with its counts, the log of merges, and where theories have the values."""
        return {
            "value_terms": TERMS.format(least=self.vocabulary.min_mentions),
            "value_merges": MERGES,
            "theory_mappings": self._mappings(),
        }

    def seed(self, main: Row) -> Seed:
        """The situation of a dilemma."""
        assert isinstance(main, Dilemma)
        return Seed(main.dilemma_id, main.situation, main.source)

    async def _dilemma(self, seed: Seed, ask: Ask) -> Dilemma:
        examples = [(f"Situation: {e['situation']}", {"dilemma": e["dilemma"]}) for e in self.examples]
        prompt = declinable_prompt(self.dilemma_prompt, examples, f"Situation: {seed.text}", 400)
        written = await write(ask, prompt, WrittenDilemma, "write", self._bounds)
        return Dilemma(
            dilemma_id=seed.id,
            situation=seed.text,
            text=written.value.dilemma,
            topic=await self._topic(seed.id, written.value.dilemma, ask),
            source=seed.origin,
            writer_id=written.annotator_id,
            digest=written.digest,
        )

    async def _topic(self, dilemma_id: str, dilemma: str, ask: Ask) -> str | None:
        if not self.topics:
            return None
        question = f"Dilemma: {dilemma}\nTopic: {' / '.join(self.topics)}"
        prompt = few_shot_prompt(self.topic_prompt, (), question, 30)
        narrow: Narrow = {"topic": {"enum": self.topics}}
        answer = await ask.maybe(prompt, AssignedTopic, "sort", item=("dilemmas", dilemma_id), narrow=narrow)
        return answer.value.topic if answer else None

    async def _actions(self, dilemma: Dilemma, ask: Ask) -> tuple[Action, Action]:
        examples = [
            (f"Dilemma: {e['dilemma']}", {"to_do": e["to_do"], "not_to_do": e["not_to_do"]}) for e in self.examples
        ]
        prompt = declinable_prompt(self.actions_prompt, examples, f"Dilemma: {dilemma.text}", 120)
        written = await write(ask, prompt, WrittenActions, "write", self._bounds)
        to_do, not_to_do = (
            Action(
                action_id=f"{dilemma.dilemma_id}/{kind}",
                dilemma_id=dilemma.dilemma_id,
                action_type=kind,
                text=getattr(written.value, kind),
                digest=written.digest,
            )
            for kind in ACTION_TYPES
        )
        return to_do, not_to_do

    async def _after(self, dilemma: Dilemma, action: Action, ask: Ask) -> list[Row]:
        """The consequence of an action, and what is at stake for whom."""
        item = ("actions", action.action_id)
        examples = [(_of_action(e["dilemma"], e["not_to_do"]), e) for e in self.examples]
        shown = [(text, {"consequence": e["consequence"]}) for text, e in examples]
        question = _of_action(dilemma.text, action.text)
        prompt = declinable_prompt(self.consequence_prompt, shown, question, 250)
        told = await write_optional(ask, prompt, WrittenConsequence, "write", item, "consequences", self._bounds)
        rows: list[Row] = []
        if told:
            rows.append(Consequence(action_id=action.action_id, text=told.value.consequence, digest=told.digest))
            question += f"\nWhat happened: {told.value.consequence}"
        shown = [
            (f"{text}\nWhat happened: {e['consequence']}", {"direct": e["direct"], "indirect": e["indirect"]})
            for text, e in examples
        ]
        prompt = declinable_prompt(self.stakes_prompt, shown, question, 240 * self.max_stakes)
        written = await write_optional(ask, prompt, WrittenStakes, "write", item, "stakes", self._bounds)
        return rows + (self._stakes(action, written) if written else [])

    def _stakes(self, action: Action, written: Answer[WrittenStakes]) -> list[Row]:
        """A party for each name, in the order of the answer, and a stake for each of its values."""
        parties: dict[tuple[Involvement, str], Party] = {}
        stakes = list[Stake]()
        listed: dict[Involvement, list[WrittenStake]] = {
            "direct": written.value.direct,
            "indirect": written.value.indirect,
        }
        for involvement, members in listed.items():
            for each in members:
                party = parties.setdefault(
                    (involvement, norm(each.party)),
                    Party(
                        party_id=f"{action.action_id}/{len(parties)}",
                        action_id=action.action_id,
                        name=each.party,
                        involvement=involvement,
                        digest=written.digest,
                    ),
                )
                value, merge = self.vocabulary.value_of(each.value)
                stakes.append(
                    Stake(
                        stake_id=f"{action.action_id}/{len(stakes)}",
                        action_id=action.action_id,
                        party_id=party.party_id,
                        position=len(stakes),
                        written=each.value,
                        value=value,
                        merge=merge,
                        reason=each.reason,
                        basis=[
                            RowRef(table="actions", key=action.action_id),
                            RowRef(table="parties", key=party.party_id),
                        ],
                        digest=written.digest,
                    )
                )
        return [*parties.values(), *stakes]

    async def _choices(self, dilemma: Dilemma, actions: Sequence[Action], ask: Ask) -> list[Row]:
        """What every annotator would do; which action comes first is drawn, and always the same."""

        def prompt(annotator: Annotator) -> Prompt:
            first, second = drawn_order(actions, dilemma.dilemma_id, annotator.annotator_id)
            question = f"Dilemma: {dilemma.text}\nfirst: {first.text}\nsecond: {second.text}"
            return few_shot_prompt(self.choice_prompt, (), question, 20)

        item = (CHOICE.item_table, dilemma.dilemma_id)
        answers = await ask.each(prompt, Chosen, "choose", item=item, into="annotations")
        rows = list[Row]()
        for answer in answers:
            first, second = (
                action.action_type for action in drawn_order(actions, dilemma.dilemma_id, answer.annotator_id)
            )
            labels = {"first": first, "second": second, "depends": "depends", "abstain": "abstain"}
            label = labels[answer.value.choice]
            rows.append(annotation(item, answer, CHOICE.aspect, label=label, options=[*labels.values()]))
        return rows

    @property
    def _bounds(self) -> Bounds:
        closed = {"value": self.vocabulary.values} if self.vocabulary.closed else {}
        return Bounds(self.patterns, closed, {"direct": (1, self.max_stakes), "indirect": (0, self.max_stakes)})

    def _mappings(self) -> str:
        table = self.theories or TheoryTable(source="none", categories={})
        declared = [
            f"({', '.join(map(quote_literal, (norm(value), theory, category)))})"
            for theory, values in table.categories.items()
            for value, category in values.items()
        ]
        theories = ", ".join(f"({quote_literal(theory)})" for theory in table.categories)
        return MAPPINGS.format(
            declared=f"VALUES {', '.join(declared)}" if declared else "SELECT '', '', '' WHERE false",
            theories=f"VALUES {theories}" if theories else "SELECT '' WHERE false",
            source=quote_literal(table.source),
            unmapped=quote_literal(UNMAPPED),
        )


ACTION_TYPES: tuple[ActionType, ActionType] = ("to_do", "not_to_do")

TERMS = """
SELECT value, count(*) AS mentions, count(DISTINCT dilemma_id) AS dilemmas, count(*) >= {least} AS in_vocabulary
FROM stakes JOIN actions USING (action_id) WHERE value IS NOT NULL
GROUP BY value ORDER BY mentions DESC, value
"""
MERGES = """
SELECT written, value, CASE WHEN value IS NULL THEN 'not in the vocabulary' WHEN NOT in_vocabulary THEN 'too rare'
    ELSE coalesce(merge, 'spelling') END AS rule, count(*) AS mentions
FROM stakes LEFT JOIN value_terms USING (value) WHERE value IS NULL OR merge IS NOT NULL OR NOT in_vocabulary
GROUP BY ALL ORDER BY mentions DESC, written
"""
MAPPINGS = """
SELECT v.value, t.theory, coalesce(d.category, {unmapped}) AS category, {source} AS source
FROM value_terms v CROSS JOIN ({theories}) t(theory)
LEFT JOIN ({declared}) d(value, theory, category) ON d.value = norm(v.value) AND d.theory = t.theory
WHERE v.in_vocabulary ORDER BY v.value, t.theory
"""


def _of_action(dilemma: str, action: str) -> str:
    return f"Dilemma: {dilemma}\nAction: {action}"
