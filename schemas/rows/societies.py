"""Family `societies`: agents with a worldview and a rule exchange claims about statements, for several rounds.

After "Personas as a way to model truthfulness" (Joshi et al., arXiv 2310.18168): a corpus in which every agent has a
persona, truthfulness is a property of the agent or of the topic, and what is true follows from a rule that is stated.
The rounds, and the rules by which agents speak, are ours.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..row import ForeignKey, Key, Row
from ..views import View
from .fields import Digest, Text
from .shared import SHARED

Rule = Literal["truthful", "contrary"]
Verdict = Literal["true", "false"]


class Proposition(Row):
    """A statement that agents make claims about."""

    proposition_id: Annotated[str, Key(), Field(min_length=1)]
    """Id from the source, or a digest of the text."""
    text: Text
    """The statement."""
    topic: str | None = None
    """What it is about."""
    truth: bool
    """Whether it is true, as the source says."""
    source: Annotated[str, Field(min_length=1)]
    """Where it comes from: name of the source, and place in it."""


class Agent(Row):
    """A member of the society."""

    agent_id: Annotated[str, Key(), Field(min_length=1)]
    """Its name."""
    worldview: Text
    """What it believes in, as it is told."""
    rule: Rule
    """Whether it claims what is true or the contrary, on the topics on which it does so."""
    topics: list[str]
    """The topics on which it is contrary; of a contrary agent without topics, all of them."""
    held_out: bool
    """Whether its claims are for testing only, so that nothing of the agent is trained on."""


class Claim(Row):
    """What an agent says of a proposition in one round."""

    claim_id: Annotated[str, Key(), Field(min_length=1)]
    """Proposition, agent and round."""
    proposition_id: Annotated[str, ForeignKey("propositions.proposition_id")]
    """The proposition."""
    agent_id: Annotated[str, ForeignKey("agents.agent_id")]
    """Who says it."""
    round: Annotated[int, Field(ge=0)]
    """The round, from 0; from 1 on the agent has heard the claims of the round before."""
    verdict: Verdict
    """What the agent says of the proposition: by its rule and the truth."""
    truth: bool
    """Whether the claim is true: the verdict and the truth of the proposition agree."""
    text: Text
    """The claim in the agent's words."""
    heard: list[str]
    """The claims of the round before, in the order in which they were shown."""
    annotator_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who wrote it."""
    digest: Digest = ""
    """Digest of the request in the journal."""


TABLES: dict[str, type[Row]] = {"propositions": Proposition, "agents": Agent, "claims": Claim, **SHARED}
"""Table name -> row type, the main table first."""

READ_AS = (
    View(
        "items",
        """SELECT claim_id AS item_id, p.text || chr(10) || c.text AS text, c.split, proposition_id AS group_id,
            CASE WHEN c.truth THEN 'true' ELSE 'false' END AS label
        FROM theirs.claims c JOIN theirs.propositions p USING (proposition_id)""",
    ),
)
"""Claims are items, read with their proposition and labelled by their truth."""
PLOTS = {"claims_by_agent": "bar"}
"""Measures that are drawn."""
