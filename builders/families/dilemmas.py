"""Everyday dilemmas of two actions, after DailyDilemmas (arXiv 2410.02683).

The stages are theirs: dilemma, actions, consequences, parties with what is at stake for them. Every stage is asked for
by itself and has rows of its own. A panel that chooses between the actions is ours, and so is the closed list of
topics.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from pydantic import PositiveInt, model_validator

from ...schemas.request import Prompt
from ...schemas.row import Row
from ...schemas.rows.dilemmas import (
    CHOICE,
    TABLES,
    Action,
    ActionType,
    Consequence,
    Dilemma,
    Involvement,
    Party,
    Stake,
    TradeOff,
    theory_aspect,
)
from ...schemas.rows.shared import Annotation, Annotator, RowRef
from ...validators.tables.normalise import norm
from ..asking.ask import Answer, Ask
from ..asking.declinable import Bounds, declinable_prompt, write, write_optional
from ..asking.few_shot import few_shot_prompt
from ..asking.journal_reader import AskFailed
from ..asking.narrow import Narrow
from ..sources import Seed
from . import Family, Role
from . import _dilemmas_prompts as prompts
from ._annotations import annotation, drawn_order
from ._dilemmas_answers import (
    AssignedTopic,
    Chosen,
    PlacedValue,
    WrittenActions,
    WrittenConsequence,
    WrittenDilemma,
    WrittenStake,
    WrittenStakes,
)
from ._dilemmas_vocabulary import TheoryTable, Vocabulary, derived_tables

Refs = list[RowRef]


class Dilemmas(Family):
    """Everyday dilemmas of two actions, with parties and values at stake."""

    tables = TABLES
    roles = {
        "write": Role("writes the dilemma, its actions and consequences, and what is at stake"),
        "sort": Role("assigns a topic"),
        "choose": Role("chooses between the two actions", many=True),
        "map": Role("places values in theories", many=True),
    }
    max_remembered = 10_000

    topics: tuple[str, ...] = prompts.TOPICS
    """Closed list of topics; empty: none is assigned."""
    per_topic: PositiveInt | None = None
    """Dilemmas of each topic that are wanted: a seed whose topic has as many in earlier rounds is rejected before its
    other stages, so that `n` may be large. What a round has too many of goes with the step `stratify`."""
    round_size: PositiveInt = 16
    """Seeds of a round, where `per_topic` is given."""
    max_stakes: PositiveInt = 3
    """Most values that a writer names for the parties affected directly, and as many for the others."""
    vocabulary: Vocabulary = Vocabulary()
    """How values are counted."""
    theories: TheoryTable | None = None
    """Where theories have the values of the vocabulary."""
    asked_theories: dict[str, tuple[str, ...]] = {}
    """Theory -> its categories, for values that annotators of the role `map` place there, once for each dilemma.
    DailyDilemmas' five are in `schemas/rows/dilemmas.py`."""
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
    map_prompt: str = prompts.MAP
    """System prompt of who places values in theories."""
    examples: tuple[dict[str, Any], ...] = prompts.EXAMPLES
    """Worked examples with the answers of every stage; small teachers tend to copy from them."""

    def round(self) -> int | None:
        """Seeds of a round; topics of earlier rounds are counted."""
        return self.round_size if self.per_topic else None

    def texts_to_avoid(self, rows: Sequence[Row]) -> Iterable[str]:
        """The topics of the dilemmas, to be counted."""
        return (row.topic for row in rows if isinstance(row, Dilemma) and row.topic)

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """A dilemma and its actions, then what follows from each action, and who would choose which."""
        dilemma = await self._dilemma(seed, ask)
        if self.per_topic and dilemma.topic and ask.earlier.count(dilemma.topic) >= self.per_topic:
            raise AskFailed("topic is full", f"{dilemma.topic}: {self.per_topic} in earlier rounds", b"")
        actions = await self._actions(dilemma, ask)
        trade_off = TradeOff(
            dilemma_id=dilemma.dilemma_id, to_do_id=actions[0].action_id, not_to_do_id=actions[1].action_id
        )
        parts = [self._after(dilemma, action, ask) for action in actions]
        rows = await ask.all([*parts, self._choices(dilemma, actions, ask)])
        after = [row for part in rows for row in part]
        return [dilemma, *actions, trade_off, *after, *await self._mapped(after, ask)]

    @model_validator(mode="after")
    def _asked_or_declared(self) -> Self:
        if both := {*self.asked_theories} & {*(self.theories.categories if self.theories else ())}:
            raise ValueError(f"asked_theories: {', '.join(sorted(both))} is declared in `theories`")
        return self

    def once(self) -> Sequence[Row]:
        """The choice between the actions, and the theories that values are placed in."""
        return (CHOICE, *(theory_aspect(theory, categories) for theory, categories in self.asked_theories.items()))

    def derived(self) -> Mapping[str, str]:
        """The vocabulary with its counts, the log of merges, and where theories have the values."""
        return derived_tables(self.vocabulary, self.theories, tuple(self.asked_theories))

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
        consequence = await write_optional(ask, prompt, WrittenConsequence, "write", item, "consequences", self._bounds)
        rows: list[Row] = []
        if consequence:
            rows.append(
                Consequence(action_id=action.action_id, text=consequence.value.consequence, digest=consequence.digest)
            )
            question += f"\nWhat happened: {consequence.value.consequence}"
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

    async def _mapped(self, rows: Sequence[Row], ask: Ask) -> list[Row]:
        """Where annotators place the values of a dilemma; the annotations are on the first stake with each value."""
        stakes = {stake.value: stake for stake in reversed(rows) if isinstance(stake, Stake) and stake.value}
        placed = await ask.all(
            self._placed(stake, theory, ask) for _, stake in sorted(stakes.items()) for theory in self.asked_theories
        )
        return [row for part in placed for row in part]

    async def _placed(self, stake: Stake, theory: str, ask: Ask) -> list[Annotation]:
        aspect = theory_aspect(theory, self.asked_theories[theory])

        def prompt(annotator: Annotator) -> Prompt:
            shown = drawn_order(aspect.labels, stake.stake_id, annotator.annotator_id, theory)
            return few_shot_prompt(
                self.map_prompt, (), f"Theory: {theory}\nValue: {stake.value}\ncategory: {' / '.join(shown)}", 20
            )

        item = (aspect.item_table, stake.stake_id)
        narrow: Narrow = {"category": {"enum": aspect.labels}}
        answers = await ask.each(prompt, PlacedValue, "map", item=item, into="annotations", narrow=narrow)
        return [
            annotation(
                item, answer, theory, label=answer.value.category,
                options=drawn_order(aspect.labels, stake.stake_id, answer.annotator_id, theory),
            )
            for answer in answers
        ]  # fmt: skip

    @property
    def _bounds(self) -> Bounds:
        closed = {"value": self.vocabulary.values} if self.vocabulary.closed else {}
        return Bounds(self.patterns, closed, {"direct": (1, self.max_stakes), "indirect": (0, self.max_stakes)})


ACTION_TYPES: tuple[ActionType, ActionType] = ("to_do", "not_to_do")


def _of_action(dilemma: str, action: str) -> str:
    return f"Dilemma: {dilemma}\nAction: {action}"
