"""Prompts with a masked identity, counterfactuals, and completions that a verifier ranks again, after AMBEDKAR.

Masks and counterfactuals are made by rule from a lexicon and a list of antonyms; translations, completions and
verifications are asked for, under a constitution whose principles have ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveInt

from ...schemas.lexicon import MASK, Occurrence, masked, occurrences
from ...schemas.request import Prompt
from ...schemas.row import Row
from ...schemas.rows.masks import (
    FIT,
    NO_PRINCIPLE,
    TABLES,
    UNSPECIFIED,
    Completion,
    Counterfactual,
    MaskedPrompt,
    Translation,
    Verification,
    identity_aspect,
    principle_aspect,
)
from ...schemas.rows.shared import ABSTAIN, Annotation, Annotator, RowRef
from ...schemas.slots import ARTICLES, article
from ...validators.tables.normalise import norm
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer, Ask
from ..asking.declinable import Bounds, write_each, write_optional
from ..asking.few_shot import Example, few_shot_prompt
from ..asking.journal_reader import AskFailed
from ..sources import Seed
from . import Family, Role
from . import _masks_prompts as prompts
from ._annotations import annotation, drawn_order
from ._masks_lists import AntonymList, Constitution, Lexicon
from ._masks_sql import RANKINGS
from ._prompted import WrittenText, matching, writing


class Verified(AnswerModel):
    """How well a completion fits and keeps the principles, and which of them matters most."""

    fit: Literal["1", "2", "3", "4", "5", "abstain"]
    principle: str


class Inferred(AnswerModel):
    """The identity that an annotator expects in the place of the mask."""

    identity: str


class Masks(Family):
    """Prompts whose identity term is masked, counterfactuals by antonyms, and completions that a verifier ranks."""

    tables = TABLES
    roles = {
        "translate": Role("translates the masked prompt"),
        "complete": Role("continues the masked prompt", many=True),
        "verify": Role("rates completions after the prompt and its counterfactuals", many=True),
        "infer": Role("says which identity it expects in the place of the mask", many=True),
    }

    constitution: Constitution = Constitution()
    """The principles under which completions are written and verified; rows cite their ids."""
    lexicon: Lexicon = Lexicon()
    """Words for identities: what is masked, and what no counterfactual touches."""
    antonyms: AntonymList = AntonymList()
    """Opposites for counterfactuals."""
    languages: tuple[str, ...] = ()
    """Languages into which masked prompts are translated, such as `hi`."""
    max_counterfactuals: NonNegativeInt = 1
    """Most counterfactuals of a prompt; each changes one word."""
    completions: PositiveInt = 2
    """Completions of each writer."""
    alpha: NonNegativeFloat = 1.0
    """Weight of the divergence between prompt and counterfactuals in the score of a completion."""
    completion_pattern: str | None = None
    """Regular expression that a completion must match; the teacher decodes under it."""
    translate_prompt: str = prompts.TRANSLATE
    """System prompt of a translator."""
    complete_prompt: str = prompts.COMPLETE
    """System prompt of a writer; the principles are added to it."""
    complete_examples: tuple[Example, ...] = prompts.COMPLETE_EXAMPLES
    """Worked examples of completions; small teachers tend to copy from them."""
    verify_prompt: str = prompts.VERIFY
    """System prompt of a verifier; the principles are added to it."""
    infer_prompt: str = prompts.INFER
    """System prompt of who infers the identity."""

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """The masked prompt and its counterfactuals, translations, verified completions and inferred identities."""
        prompt = self._masked(seed)
        changed = self._counterfactuals(prompt)
        translated, completed, inferred = (
            self._translations(prompt, ask),
            self._verified_completions(prompt, changed, ask),
            self._inferred(prompt, ask),
        )
        parts = await ask.all([translated, completed, inferred])
        return [prompt, *changed, *(row for part in parts for row in part)]

    def once(self) -> Sequence[Row]:
        """The constitution, the lexicon, the antonyms, and what is judged."""
        identities = list(dict.fromkeys(each.identity for each in self.lexicon.terms()))
        judged = (FIT, principle_aspect(list(self.constitution.principles)), identity_aspect(identities))
        return (*self.constitution.rows(), *self.lexicon.terms(), *self.antonyms.rows(), *judged)

    def derived(self) -> Mapping[str, str]:
        """The completions of each prompt as they are ranked after verification."""
        return {"rankings": RANKINGS.format(alpha=self.alpha)}

    def seed(self, main: Row) -> Seed:
        """The seed of a masked prompt."""
        assert isinstance(main, MaskedPrompt)
        return Seed(main.prompt_id, main.text, main.source, {"domain": main.domain, "language": main.language})

    def _masked(self, seed: Seed) -> MaskedPrompt:
        """The prompt with its one identity term masked. Raises `AskFailed` where there is none, or several."""
        language = seed.fields.get("language") or "en"
        terms = {norm(each.term): each for each in self.lexicon.terms() if each.language == language}
        found = occurrences(seed.text, terms)
        if len(found) != 1 or MASK in seed.text:
            named = ", ".join(each.term for each in found) or "none"
            raise AskFailed("not exactly one identity term", f"of the lexicon in {language}: {named}", b"")
        entry = terms[norm(found[0].term)]
        return MaskedPrompt(
            prompt_id=seed.id,
            text=seed.text,
            masked=masked(seed.text, found[0]),
            term=found[0].term,
            identity=entry.identity,
            axis=entry.axis,
            language=language,
            domain=seed.fields.get("domain"),
            source=seed.origin,
        )

    def _counterfactuals(self, prompt: MaskedPrompt) -> list[Counterfactual]:
        """A counterfactual for each word that has an opposite, in the order of the text."""
        opposites = {a: (a, b) for a, b, _ in self.antonyms.pairs} | {b: (a, b) for a, b, _ in self.antonyms.pairs}
        identities = {norm(each.term) for each in self.lexicon.terms()}
        changed = list[Counterfactual]()
        for found in occurrences(prompt.masked, opposites):
            pair = opposites[found.term.lower()]
            opposite = pair[found.term.lower() == pair[0]]
            if norm(opposite) in identities or norm(found.term) in identities:
                continue
            start, before, after = _replacement(prompt.masked, found, opposite)
            changed.append(
                Counterfactual(
                    counterfactual_id=f"{prompt.prompt_id}/{len(changed)}",
                    prompt_id=prompt.prompt_id,
                    text=prompt.masked[:start] + after + prompt.masked[start + len(before) :],
                    start=start,
                    before=before,
                    after=after,
                    basis=[RowRef(table="prompts", key=prompt.prompt_id)],
                )
            )
        return changed[: self.max_counterfactuals]

    async def _translations(self, prompt: MaskedPrompt, ask: Ask) -> list[Row]:
        """The masked prompt in the other languages; one that lost the mask is rejected."""

        async def one(language: str) -> Translation | None:
            asked = writing(self.translate_prompt, (), f"Language: {language}\nSentence: {prompt.masked}")
            item, bounds = ("prompts", prompt.prompt_id), Bounds(patterns={"text": r"\[MASK\]"})
            written = await write_optional(ask, asked, WrittenText, "translate", item, "translations", bounds)
            if written is None:
                return None
            if written.value.text.count(MASK) != 1:
                key, reason = f'["{prompt.prompt_id}","{language}"]', "not exactly one mask"
                ask.reject("row", "translations", key, reason, written.value.text, digest=written.digest)
                return None
            return Translation(
                prompt_id=prompt.prompt_id,
                language=language,
                masked=written.value.text,
                writer_id=written.annotator_id,
                digest=written.digest,
            )

        return [each for each in await ask.all(one(language) for language in self.languages) if each]

    async def _verified_completions(
        self, prompt: MaskedPrompt, changed: Sequence[Counterfactual], ask: Ask
    ) -> list[Row]:
        """Completions that differ, each rated after the masked prompt and after every counterfactual."""
        system = f"{self.complete_prompt}\n{self._principles()}"
        asked = writing(system, self.complete_examples, f"Text: {prompt.masked}")
        item, bounds = ("prompts", prompt.prompt_id), matching(self.completion_pattern)
        written = await write_each(
            ask, asked, WrittenText, "complete", item, "completions", bounds, samples=range(self.completions)
        )
        kept = dict[str, Completion]()
        for answer in written:
            completion = self._completion(prompt, answer)
            first = kept.setdefault(norm(completion.text), completion)
            if first is not completion:
                ask.reject(
                    "row", "completions", completion.completion_id, "duplicate completion", completion.text,
                    kept_key=first.completion_id,
                )  # fmt: skip
        contexts = [(None, prompt.masked), *((each.counterfactual_id, each.text) for each in changed)]
        verified = await ask.all(
            self._verified(completion, counterfactual_id, text, ask)
            for completion in kept.values()
            for counterfactual_id, text in contexts
        )
        return [*kept.values(), *(row for rows in verified for row in rows)]

    def _completion(self, prompt: MaskedPrompt, answer: Answer[WrittenText]) -> Completion:
        return Completion(
            completion_id=f"{prompt.prompt_id}/{answer.annotator_id}/{answer.sample}",
            prompt_id=prompt.prompt_id,
            text=answer.value.text,
            principles=list(self.constitution.principles),
            writer_id=answer.annotator_id,
            digest=answer.digest,
        )

    async def _verified(self, completion: Completion, counterfactual_id: str | None, text: str, ask: Ask) -> list[Row]:
        """A completion after one text, with the rating and the principle of every verifier."""
        verification = Verification(
            verification_id=f"{completion.completion_id}@{counterfactual_id or 'prompt'}",
            completion_id=completion.completion_id,
            counterfactual_id=counterfactual_id,
        )
        labels = [*self.constitution.principles, NO_PRINCIPLE, ABSTAIN]
        item = ("verifications", verification.verification_id)

        def asked(annotator: Annotator) -> Prompt:
            order = drawn_order(labels, item[1], annotator.annotator_id)
            question = f"Text: {text}\nContinuation: {completion.text}\nprinciple: {' / '.join(order)}"
            return few_shot_prompt(f"{self.verify_prompt}\n{self._principles()}", (), question, 40)

        answers = await ask.each(
            asked, Verified, "verify", item=item, into="annotations", narrow={"principle": {"enum": labels}}
        )
        return [verification, *(row for answer in answers for row in _ratings(item, answer, labels))]

    async def _inferred(self, prompt: MaskedPrompt, ask: Ask) -> list[Row]:
        """The identity that every annotator expects behind the mask, among those of its axis."""
        labels, item = [*self.lexicon.axes[prompt.axis], UNSPECIFIED, ABSTAIN], ("prompts", prompt.prompt_id)

        def asked(annotator: Annotator) -> Prompt:
            order = drawn_order(labels, item[1], annotator.annotator_id)
            question = f"Text: {prompt.masked}\nidentity: {' / '.join(order)}"
            return few_shot_prompt(self.infer_prompt, (), question, 20)

        answers = await ask.each(
            asked, Inferred, "infer", item=item, into="annotations", narrow={"identity": {"enum": labels}}
        )
        return [
            annotation(
                item, answer, "identity", label=answer.value.identity,
                options=drawn_order(labels, item[1], answer.annotator_id),
            )
            for answer in answers
        ]  # fmt: skip

    def _principles(self) -> str:
        return "\n".join(f"{name}: {text}" for name, text in self.constitution.principles.items())


def _replacement(text: str, found: Occurrence, opposite: str) -> tuple[int, str, str]:
    """Where a word is replaced by its opposite, what it replaces, and with what: an article before it agrees."""
    after = opposite.capitalize() if found.term[:1].isupper() else opposite
    words = text[: found.start].split(" ")
    before = words[-2] if len(words) > 1 and not words[-1] else ""
    if before.lower() not in ARTICLES:
        return found.start, found.term, after
    start, agreeing = found.start - len(before) - 1, article(opposite)
    return start, text[start : found.end], f"{agreeing.capitalize() if before[0].isupper() else agreeing} {after}"


def _ratings(item: tuple[str, str], answer: Answer[Verified], labels: Sequence[str]) -> list[Annotation]:
    """The rating and the principle of one verifier; one who abstains from rating has a label in place of a score."""
    fit, shown = answer.value.fit, drawn_order(labels, item[1], answer.annotator_id)
    rating = {"label": ABSTAIN} if fit == ABSTAIN else {"score": float(fit)}
    return [
        annotation(item, answer, FIT.aspect, **rating),
        annotation(item, answer, "principle", label=answer.value.principle, options=shown),
    ]
