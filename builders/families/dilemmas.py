"""Everyday dilemmas of two actions, after DailyDilemmas (arXiv 2410.02683).

The stages are theirs: dilemma, actions, consequences, parties with what is at stake for them. Every stage is asked for
by itself and has rows of its own. A panel that chooses between the actions is ours, and so is the closed list of
topics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import PositiveInt

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
)
from ...schemas.rows.shared import Annotator, RowRef
from ...validators.tables.normalise import norm
from ..asking.ask import Answer, Ask
from ..asking.declinable import Bounds, declinable_prompt, write, write_optional
from ..asking.few_shot import few_shot_prompt
from ..asking.narrow import Narrow
from ..sources import Seed
from . import Family, Role
from . import _dilemmas_prompts as prompts
from ._annotations import annotation, drawn_order
from ._dilemmas_answers import (
    AssignedTopic,
    Chosen,
    WrittenActions,
    WrittenConsequence,
    WrittenDilemma,
    WrittenStake,
    WrittenStakes,
)
from ._dilemmas_vocabulary import TheoryTable, Vocabulary, derived_tables

Refs = list[RowRef]


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
        return derived_tables(self.vocabulary, self.theories)

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


ACTION_TYPES: tuple[ActionType, ActionType] = ("to_do", "not_to_do")


def _of_action(dilemma: str, action: str) -> str:
    return f"Dilemma: {dilemma}\nAction: {action}"
