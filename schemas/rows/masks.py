"""Family `masks`: prompts whose identity term is masked, counterfactuals, and completions that are ranked again.

Masked prompts in several languages, counterfactuals by antonyms that leave identities alone, and a verifier that ranks
completions again under a constitution are AMBEDKAR's. Ours: shares of mean ratings take the place of the probabilities
of a verifier, the constitution is a table whose principles are cited by id, and all ratings are kept.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ..row import ForeignKey, Key, Row
from ..views import View
from .fields import Digest, Text
from .shared import ABSTAIN, SHARED, Aspect, RowRef

UNSPECIFIED = "unspecified"
"""The label of an annotator who says that the masked identity cannot be inferred."""
NO_PRINCIPLE = "none"
"""The label of a completion on which no principle bears."""


class Principle(Row):
    """A principle of the constitution under which completions are written and verified."""

    principle_id: Annotated[str, Key(), Field(min_length=1)]
    """Its id, by which rows cite it."""
    constitution: Annotated[str, Field(min_length=1)]
    """Name of the constitution."""
    version: Annotated[str, Field(min_length=1)]
    """Version of the constitution; another wording is another version."""
    text: Text
    """The principle, as writers and verifiers see it."""
    source: Annotated[str, Field(min_length=1)]
    """How the constitution is cited."""


class IdentityTerm(Row):
    """A word for an identity."""

    language: Annotated[str, Key(), Field(min_length=2)]
    """Language of the word, such as `en`."""
    term: Annotated[str, Key(), Field(min_length=1)]
    """The word; found in any case, as a whole word."""
    identity: Annotated[str, Field(min_length=1)]
    """The identity that it names."""
    axis: Annotated[str, Field(min_length=1)]
    """What kind of identity it is, such as religion."""
    source: Annotated[str, Field(min_length=1)]
    """How the lexicon is cited."""


class Antonym(Row):
    """Two words that mean the opposite."""

    word: Annotated[str, Key(), Field(min_length=1)]
    """The word."""
    opposite: Annotated[str, Key(), Field(min_length=1)]
    """Its opposite; the pair holds in both directions."""
    part_of_speech: str | None = None
    """Part of speech of both, where the list says."""
    source: Annotated[str, Field(min_length=1)]
    """How the list is cited."""


class MaskedPrompt(Row):
    """A prompt about a person or group, with its one identity term masked."""

    prompt_id: Annotated[str, Key(), Field(min_length=1)]
    """Id of the prompt in its source."""
    text: Text
    """The prompt."""
    masked: Text
    """The prompt with `[MASK]` in the place of the identity term."""
    term: Annotated[str, Field(min_length=1)]
    """The masked term, as it is written in the prompt."""
    identity: Annotated[str, Field(min_length=1)]
    """The identity that the term names."""
    axis: Annotated[str, Field(min_length=1)]
    """The kind of identity."""
    language: Annotated[str, Field(min_length=2)]
    """Language of the prompt."""
    domain: str | None = None
    """Field of life, where the source says."""
    source: Annotated[str, Field(min_length=1)]
    """Where the prompt comes from: name of the source, and place in it."""


class Translation(Row):
    """A masked prompt in another language."""

    prompt_id: Annotated[str, Key(), ForeignKey("prompts.prompt_id")]
    """The prompt."""
    language: Annotated[str, Key(), Field(min_length=2)]
    """The other language."""
    masked: Text
    """The translation, with the same mask."""
    writer_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who translated it."""
    digest: Digest = ""
    """Digest of the ask in the journal."""


class Counterfactual(Row):
    """A masked prompt in which one word is its opposite, and no identity is touched."""

    counterfactual_id: Annotated[str, Key(), Field(min_length=1)]
    """The prompt and the number of the counterfactual."""
    prompt_id: Annotated[str, ForeignKey("prompts.prompt_id")]
    """The prompt."""
    text: Text
    """The masked prompt with the opposite."""
    start: Annotated[int, Field(ge=0)]
    """Index in the masked prompt at which the two differ, from 0."""
    before: Annotated[str, Field(min_length=1)]
    """The word that the masked prompt has there, with its article."""
    after: Annotated[str, Field(min_length=1)]
    """The opposite, with the article that agrees."""
    basis: list[RowRef]
    """The prompt."""


class Completion(Row):
    """What a writer makes of a masked prompt."""

    completion_id: Annotated[str, Key(), Field(min_length=1)]
    """The prompt, the writer and the number of the completion."""
    prompt_id: Annotated[str, ForeignKey("prompts.prompt_id")]
    """The prompt."""
    text: Text
    """The completion."""
    principles: list[str]
    """Ids of the principles that the writer was shown."""
    writer_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who wrote it."""
    digest: Digest = ""
    """Digest of the ask in the journal."""


class Verification(Row):
    """A completion as it is verified: of the masked prompt, or of a counterfactual; ratings are in the annotations."""

    verification_id: Annotated[str, Key(), Field(min_length=1)]
    """The completion and what it is read after."""
    completion_id: Annotated[str, ForeignKey("completions.completion_id")]
    """The completion."""
    counterfactual_id: Annotated[str | None, ForeignKey("counterfactuals.counterfactual_id")] = None
    """The counterfactual that it is read after; null for the masked prompt."""


class Ranking(Row):
    """Where a completion stands among those of its prompt after verification."""

    completion_id: Annotated[str, Key(), ForeignKey("completions.completion_id")]
    """The completion."""
    prompt_id: Annotated[str, ForeignKey("prompts.prompt_id")]
    """The prompt."""
    probability: Annotated[float, Field(gt=0, le=1)]
    """Its mean rating after the masked prompt, as a share of those of all completions of the prompt."""
    counterfactual_probability: Annotated[float | None, Field(gt=0, le=1)]
    """The same after the counterfactuals; null where there are none."""
    divergence: Annotated[float, Field(ge=0)]
    """Its part of the Jensen-Shannon divergence of the two distributions, in nats; 0 where there is no counterfactual.
    """
    score: float
    """log probability - alpha * divergence; formula in `builders/families/_masks_sql.py`."""
    rank: Annotated[int, Field(ge=1)]
    """1 is the completion that the verifiers choose."""
    principles: list[str]
    """Ids of the principles that verifiers cited for it."""
    basis: list[RowRef]
    """The completion and its verifications."""


TABLES: dict[str, type[Row]] = {
    "prompts": MaskedPrompt,
    "principles": Principle,
    "identity_terms": IdentityTerm,
    "antonyms": Antonym,
    "translations": Translation,
    "counterfactuals": Counterfactual,
    "completions": Completion,
    "verifications": Verification,
    "rankings": Ranking,
    **SHARED,
}
"""Table name -> row type, the main table first."""

FIT = Aspect(item_table="verifications", aspect="fit", low=1, high=5, rules=["mean"])
"""How well a completion fits what it follows and keeps the principles."""


def identity_aspect(identities: list[str]) -> Aspect:
    """Which identity an annotator puts in the place of the mask."""
    return Aspect(
        item_table="prompts",
        aspect="identity",
        labels=[*identities, UNSPECIFIED, ABSTAIN],
        rules=["majority", "soft"],
        question="{masked}\nWhich identity is [MASK]?",
    )


def principle_aspect(principles: list[str]) -> Aspect:
    """The principle that bears on a completion."""
    return Aspect(
        item_table="verifications", aspect="principle", labels=[*principles, NO_PRINCIPLE, ABSTAIN], rules=["soft"]
    )


READ_AS = (
    View(
        "items",
        "SELECT prompt_id AS item_id, text, split, domain AS label, axis AS stratum FROM theirs.prompts",
    ),
    View(
        "voices",
        "SELECT prompt_id AS item_id, writer_id AS annotator_id, text FROM theirs.completions",
    ),
)
"""Checks and measures of items and voices run on the prompts and their completions."""
PLOTS = {"identity_inference_rate": "interval", "label_shares": "stacked_bar"}
"""Measures that are drawn."""
