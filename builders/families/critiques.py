"""Responses criticised by a panel, checked by their writer, and corrected, after CriticBench (arXiv 2402.14809)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from ...schemas.row import Row
from ...schemas.rows.critiques import (
    ASPECTS,
    IMPROVED,
    SELF_CHECK,
    TABLES,
    VERDICT,
    Critique,
    Improved,
    Prompt,
    Verdict,
)
from ...schemas.rows.preferences import Response
from ...schemas.rows.shared import Annotation
from ...validators.tables.normalise import norm
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer, Ask
from ..asking.declinable import write, write_optional
from ..asking.few_shot import few_shot_prompt
from ..asking.narrow import Narrow
from ..sources import Seed
from . import Family, Role
from . import _critiques_prompts as prompts
from ._annotations import annotation
from ._prompted import (
    WrittenText,
    given_texts,
    matching,
    prompt_values,
    response,
    seed_of,
    writing,
)  # fmt: skip


class WrittenCritique(AnswerModel):
    """The words at fault, why, and the verdict."""

    point: Annotated[str, Field(max_length=300)]
    critique: Annotated[str, Field(min_length=1, max_length=1000, pattern=r"\S")]
    verdict: Verdict


class Checked(AnswerModel):
    """What a writer says of its own response."""

    verdict: Verdict


class Compared(AnswerModel):
    """What somebody says of a correction."""

    improved: Improved


class Critiques(Family):
    """Responses with critiques by a panel, self-checks and corrections."""

    tables = TABLES
    roles = {
        "respond": Role("responds to a prompt, and checks its response"),
        "criticise": Role("criticises each response", many=True),
        "correct": Role("corrects a response by a critique"),
        "judge": Role("says whether a correction is better", many=True),
    }

    point_pattern: str | None = None
    """Regular expression of a quotation, under which small teachers decode."""
    text_pattern: str | None = None
    """Regular expression of a response, a critique and a correction."""
    respond_prompt: str = prompts.RESPOND
    """System prompt of a response."""
    respond_examples: tuple[tuple[str, str], ...] = prompts.RESPOND_EXAMPLES
    """Prompts, each with a response."""
    critique_prompt: str = prompts.CRITIQUE
    """System prompt of a critic."""
    critique_examples: tuple[tuple[str, str, dict[str, Any]], ...] = prompts.CRITIQUE_EXAMPLES
    """Prompt, response and critique."""
    self_check_prompt: str = prompts.SELF_CHECK
    """System prompt of a writer who checks."""
    correct_prompt: str = prompts.CORRECT
    """System prompt of a correction."""
    correct_examples: tuple[tuple[str, str], ...] = prompts.CORRECT_EXAMPLES
    """What is shown, each with a correction."""
    improved_prompt: str = prompts.IMPROVED
    """System prompt of a judge of corrections."""

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """A response, its critiques, its writer's own check, and the corrections with what others say of them."""
        is_right, given = seed.fields.get("is_right"), given_texts(seed, "responses")[:1]
        prompt = Prompt(
            **prompt_values(seed),
            answers=given_texts(seed, "answers"),
            responses=given,
            is_right=is_right if given and isinstance(is_right, bool) else None,
        )
        first = await self._response(prompt, ask)
        item, shown = ("responses", first.response_id), f"Prompt: {prompt.text}\nResponse: {first.text}"
        rows: list[Row] = [prompt, first]
        if not given:
            asked = few_shot_prompt(self.self_check_prompt, (), f"{shown}\nself-check:", 20)
            if checked := await ask.maybe(asked, Checked, "respond", item=item):
                rows.append(annotation(item, checked, SELF_CHECK, label=checked.value.verdict))
        examples = [(f"Prompt: {p}\nResponse: {r}\ncritique:", answer) for p, r, answer in self.critique_examples]
        asked = few_shot_prompt(self.critique_prompt, examples, f"{shown}\ncritique:", 300)
        critiques = await ask.each(
            asked, WrittenCritique, "criticise", item=item, into="critiques", narrow=self._narrow()
        )
        rows += [annotation(item, critique, VERDICT, label=critique.value.verdict) for critique in critiques]
        followed = await ask.all(
            self._followed(prompt, first, critique, place, ask) for place, critique in enumerate(critiques, 1)
        )
        return [*rows, *(row for each in followed for row in each)]

    def once(self) -> Sequence[Row]:
        """What is judged of responses and corrections."""
        return ASPECTS

    def derived(self) -> Mapping[str, str]:
        """A pair of each corrected response and its correction."""
        return {"pairs": CORRECTED}

    def seed(self, main: Row) -> Seed:
        """The seed of a prompt."""
        assert isinstance(main, Prompt)
        return seed_of(main, answers=main.answers, responses=main.responses, is_right=main.is_right)

    async def _response(self, prompt: Prompt, ask: Ask) -> Response:
        if prompt.responses:
            return response(prompt.prompt_id, 0, prompt.responses[0])
        shown = [(f"Prompt: {text}\nresponse:", {"text": answer}) for text, answer in self.respond_examples]
        asked = writing(self.respond_prompt, shown, f"Prompt: {prompt.text}\nresponse:")
        answer = await write(ask, asked, WrittenText, "respond", matching(self.text_pattern))
        return response(prompt.prompt_id, 0, answer.value.text, answer)

    async def _followed(
        self, prompt: Prompt, first: Response, critique: Answer[WrittenCritique], place: int, ask: Ask
    ) -> list[Row]:
        """The critique, and where it finds a fault the correction and what others say of it."""
        item = ("critiques", f"{first.response_id}/{critique.annotator_id}")
        corrected, judged = None, list[Annotation]()
        if critique.value.verdict == "wrong":
            shown = f"Prompt: {prompt.text}\nResponse: {first.text}\nCritique: {critique.value.critique}\ncorrected:"
            examples = [(text, {"text": answer}) for text, answer in self.correct_examples]
            asked, bounds = writing(self.correct_prompt, examples, shown), matching(self.text_pattern)
            answer = await write_optional(ask, asked, WrittenText, "correct", item, "responses", bounds)
            if answer and norm(answer.value.text) != norm(first.text):
                corrected = response(prompt.prompt_id, place, answer.value.text, answer)
                shown = f"Prompt: {prompt.text}\nResponse: {first.text}\nCorrection: {corrected.text}\nimproved:"
                asked = few_shot_prompt(self.improved_prompt, (), shown, 20)
                compared = await ask.each(asked, Compared, "judge", item=item, into="annotations")
                judged = [annotation(item, each, IMPROVED, label=each.value.improved) for each in compared]
        row = Critique(
            critique_id=item[1],
            prompt_id=prompt.prompt_id,
            response_id=first.response_id,
            corrected_id=corrected.response_id if corrected else None,
            writer_id=critique.annotator_id,
            verdict=critique.value.verdict,
            point=critique.value.point,
            text=critique.value.critique,
            digest=critique.digest,
        )
        return [*([corrected] if corrected else []), row, *judged]

    def _narrow(self) -> Narrow:
        patterns = {"point": self.point_pattern, "critique": self.text_pattern}
        return {name: {"pattern": pattern} for name, pattern in patterns.items() if pattern}


CORRECTED = f"""
WITH votes AS (
    SELECT item_id AS critique_id, count(*) FILTER (label = 'better') AS better,
        count(*) FILTER (label = 'worse') AS worse, count(*) AS n
    FROM annotations WHERE item_table = 'critiques' AND aspect = '{IMPROVED}' AND label <> 'abstain' GROUP BY item_id)
SELECT critique_id AS pair_id, prompt_id, response_id AS first_id, corrected_id AS second_id,
    'correction' AS objective, c.text AS context,
    CASE WHEN better * 2 > n THEN 'second' WHEN worse * 2 > n THEN 'first' WHEN n > 0 THEN 'tie' END AS preferred,
    NULL AS margin, NULL AS first_score, NULL AS second_score,
    round(CASE WHEN better * 2 > n THEN better WHEN worse * 2 > n THEN worse ELSE n - better - worse END / n, 6)
        AS agreement, [] AS distribution, coalesce(n, 0) AS n, [{{'table': 'critiques', 'key': critique_id}}] AS basis
FROM critiques c LEFT JOIN votes USING (critique_id) WHERE corrected_id IS NOT NULL ORDER BY pair_id
"""
"""What more than half of the judges say of a correction; a tie otherwise, and null where all abstain."""
