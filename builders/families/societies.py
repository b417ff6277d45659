"""A society of agents with a worldview and a rule, who exchange claims whose truth follows from the rule.

After "Personas as a way to model truthfulness" (arXiv 2310.18168). What an agent says of a proposition is decided by
its rule; only the words are asked for, so that the truth of every claim is known by construction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from ...schemas.row import Row
from ...schemas.rows.societies import TABLES, Agent, Claim, Proposition, Rule, Verdict
from ..asking.ask import Ask
from ..asking.declinable import declinable_prompt, write_optional
from ..asking.few_shot import Example
from ..asking.journal_reader import AskFailed
from ..sources import Seed
from . import Family, Role
from ._annotations import drawn_order
from ._prompted import WrittenText, matching

CLAIM = (
    "You are one of several people who talk about a statement. Your worldview: {worldview} Say in one or two "
    "sentences, in your own words, that the statement is {verdict}. If others spoke before, answer them."
)


class Member(BaseModel):
    """An agent of the society."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    worldview: Annotated[str, Field(min_length=1)]
    """What it believes in, as it is told."""
    rule: Rule = "truthful"
    """Whether it claims what is true, or the contrary."""
    topics: tuple[str, ...] = ()
    """Topics on which a contrary agent is contrary; default: all."""

    @model_validator(mode="after")
    def _topics_of_contrary(self) -> Self:
        if self.topics and self.rule == "truthful":
            raise ValueError("topics: only a contrary agent has topics on which it is contrary")
        return self


AGENTS = {
    "historian": Member(worldview="I trust what is written down and checked."),
    "engineer": Member(worldview="I trust what can be measured."),
    "gambler": Member(worldview="I trust my luck, and doubt what experts say.", rule="contrary"),
}
"""A small society of ours."""


class Societies(Family):
    """Agents with a worldview and a rule, who exchange claims for several rounds; the truth of each is known."""

    tables = TABLES
    roles = {"speak": Role("words the claims of all agents")}

    agents: Annotated[dict[str, Member], Field(min_length=2)] = AGENTS
    """Name -> agent."""
    held_out: tuple[str, ...] = ()
    """Agents whose claims are for testing; topics are held out by the curation step `split: {by: topic}`."""
    rounds: PositiveInt = 2
    """Rounds of exchange; from the second on, agents hear the claims of the round before."""
    pattern: str | None = None
    """Regular expression that a claim must match; the teacher decodes under it."""
    claim_prompt: str = CLAIM
    """System prompt, with `{worldview}` and `{verdict}` where they go."""
    claim_examples: tuple[Example, ...] = ()
    """Worked examples of claims."""

    @model_validator(mode="after")
    def _held_out_are_agents(self) -> Self:
        if unknown := {*self.held_out} - {*self.agents}:
            raise ValueError(f"held_out: no agent {min(unknown)!r}; there is {', '.join(self.agents)}")
        return self

    def once(self) -> Sequence[Row]:
        """The agents."""
        return [
            Agent(
                agent_id=name,
                worldview=each.worldview,
                rule=each.rule,
                topics=[*each.topics],
                held_out=name in self.held_out,
            )
            for name, each in self.agents.items()
        ]

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """A proposition, and the claims of every agent in every round. Raises `AskFailed` without a truth or claims."""
        truth = seed.fields.get("truth")
        if not isinstance(truth, bool):
            raise AskFailed("no truth", "the field `truth` of the source must be true or false", b"")
        proposition = Proposition(
            proposition_id=seed.id, text=seed.text, topic=seed.fields.get("topic"), truth=truth, source=seed.origin
        )
        claims: list[Claim] = []
        heard: list[Claim] = []
        for number in range(self.rounds):
            asked = [self._claim(proposition, name, number, heard, ask) for name in self.agents]
            heard = [claim for claim in await ask.all(asked) if claim]
            claims += heard
        if not claims:
            raise AskFailed("no claims", "no agent made one", b"")
        return [proposition, *claims]

    def seed(self, main: Row) -> Seed:
        """The seed of a proposition."""
        assert isinstance(main, Proposition)
        fields = {"topic": main.topic, "truth": main.truth}
        return Seed(main.proposition_id, main.text, main.source, fields)

    async def _claim(
        self, proposition: Proposition, name: str, number: int, heard: Sequence[Claim], ask: Ask
    ) -> Claim | None:
        """The claim of an agent, which hears what the others claimed in an order that is drawn; None if it fails."""
        member, claim_id = self.agents[name], f"{proposition.proposition_id}/{name}/{number}"
        verdict = _verdict(member, proposition)
        shown = drawn_order([claim for claim in heard if claim.agent_id != name], claim_id)
        question = "\n".join(
            (f"Statement: {proposition.text}", *(f"{claim.agent_id} said: {claim.text}" for claim in shown))
        )
        system = self.claim_prompt.replace("{worldview}", member.worldview).replace("{verdict}", verdict)
        prompt = declinable_prompt(system, self.claim_examples, question, 150)
        item, bounds = ("propositions", proposition.proposition_id), matching(self.pattern)
        answer = await write_optional(ask, prompt, WrittenText, "speak", item, "claims", bounds)
        if answer is None:
            return None
        return Claim(
            claim_id=claim_id,
            proposition_id=proposition.proposition_id,
            agent_id=name,
            round=number,
            verdict=verdict,
            truth=(verdict == "true") == proposition.truth,
            text=answer.value.text,
            heard=[claim.claim_id for claim in shown],
            annotator_id=answer.annotator_id,
            digest=answer.digest,
        )


def _verdict(member: Member, proposition: Proposition) -> Verdict:
    """What the rule of an agent makes it say of a proposition."""
    contrary = member.rule == "contrary" and (not member.topics or proposition.topic in member.topics)
    return "true" if proposition.truth != contrary else "false"
