"""Problems whose answers are computed, in many domains and persons, after STEER-ME.

A teacher adapts templates and solves problems; numbers, answers and options are computed and come out the same again.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field, PositiveInt, ValidationError

from ...schemas.expressions import names_in, option_texts
from ...schemas.request import Prompt
from ...schemas.row import Row
from ...schemas.rows.problems import (
    CHOICE,
    LETTERS,
    TABLES,
    Adaptation,
    DesignCell,
    ElementHole,
    Option,
    Perspective,
    Problem,
    SlotValue,
    Template,
)
from ...schemas.rows.shared import ABSTAIN, Annotation, Annotator, RowRef
from ...schemas.slots import fill, slots
from ..asking.answer_model import AnswerModel
from ..asking.ask import Ask
from ..asking.declinable import declinable_prompt, write_optional
from ..asking.few_shot import few_shot_prompt
from ..asking.journal_reader import AskFailed
from ..asking.narrow import Narrow
from ..sources import Seed
from . import Family, Role
from ._annotations import annotation, drawn_order

ADAPT = """\
You move a problem to another domain and person without changing its mathematics. Keep every slot in braces exactly \
once for each time it occurs, and add no numbers. If you cannot or will not do this, decline with the reason."""
SOLVE = "You solve a problem by choosing an option by its letter. Abstain if you cannot or will not choose."
PERSONS = {"first": "the person who acts says I", "second": "the reader acts", "third": "somebody with a name acts"}
DOMAIN_WORDS: dict[str, tuple[str, ...]] = {
    "medicine": ("clinic", "doctor", "hospital", "medicine", "nurse", "patient", "pharmacy", "pill", "vaccine"),
    "education": ("class", "college", "course", "lesson", "library", "pupil", "school", "student", "teacher"),
    "farming": ("barn", "cow", "crop", "farm", "field", "grain", "harvest", "milk", "sheep", "tractor"),
}
"""Domain -> words that show it; ours."""
TRIES = 200
"""Draws of numbers before a template is taken to have no distinct options."""
NUMBER = re.compile(r"\d+")


class AdaptedTemplate(AnswerModel):
    """A template in another domain."""

    text: Annotated[str, Field(min_length=1, max_length=1500)]


class ChosenOption(AnswerModel):
    """An option by its letter."""

    option: str


class Problems(Family):
    """Problems with computed answers, in several domains and perspectives."""

    tables = TABLES
    roles = {
        "adapt": Role("moves a template to another domain and perspective"),
        "solve": Role("chooses an option", many=True),
    }

    domains: tuple[str, ...] = ("medicine", "education", "farming")
    """Domains that every template is adapted to, beside the original."""
    perspectives: tuple[Perspective, ...] = ("first", "second", "third")
    """Perspectives of the adaptations."""
    holes: tuple[tuple[str, Perspective], ...] = ()
    """Domain and perspective that are left out together; declared in the table `design_cells`."""
    domain_words: dict[str, tuple[str, ...]] = DOMAIN_WORDS
    """Domain -> words of which an adaptation should have one, for a check."""
    element_holes: tuple[tuple[str, str], ...] = ()
    """Element and type of templates that are missing on purpose; declared in the table `element_holes`."""
    instances: PositiveInt = 2
    """Problems of each adaptation."""
    draw: int = 0
    """Draws other numbers: the same templates give as many fresh instances as there are draws."""
    solve: bool = True
    """Whether anybody is asked to solve the problems."""
    adapt_prompt: str = ADAPT
    """System prompt of who adapts."""
    solve_prompt: str = SOLVE
    """System prompt of who solves."""

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """The template, its adaptations, and problems with the same numbers for all of them."""
        template = _template(seed)
        original = Adaptation(
            adaptation_id=f"{seed.id}/original",
            template_id=seed.id,
            domain="original",
            perspective="second",
            text=template.text,
        )
        cells = [cell for cell in self._cells() if cell.included and cell.domain != "original"]
        adapted = await ask.all(self._adapted(template, cell, ask) for cell in cells)
        adaptations = [original, *(each for each in adapted if each)]
        problems = [
            problem
            for instance in range(self.instances)
            if (drawn := self._drawn(template, instance, ask))
            for problem in (_problem(template, each, instance, *drawn) for each in adaptations)
        ]
        solved = await ask.all(self._solved(problem, ask) for problem in problems) if self.solve else []
        return [template, *adaptations, *problems, *(row for rows in solved for row in rows)]

    def once(self) -> Sequence[Row]:
        """The design with its declared holes, and the choice of an option."""
        holes = [ElementHole(element=element, type=kind) for element, kind in self.element_holes]
        return (*self._cells(), *holes, CHOICE)

    def gold_questions(self) -> Mapping[str, str]:
        """Which option is the answer."""
        return {"option": GOLD}

    def seed(self, main: Row) -> Seed:
        """The seed of a template."""
        assert isinstance(main, Template)
        fields = main.model_dump(exclude={"template_id", "text", "source"})
        return Seed(main.template_id, main.text, main.source, fields)

    def _cells(self) -> list[DesignCell]:
        return [
            DesignCell(domain="original", perspective="second"),
            *(
                DesignCell(
                    domain=domain,
                    perspective=person,
                    included=(domain, person) not in self.holes,
                    words=list(self.domain_words.get(domain, ())),
                )
                for domain in self.domains
                for person in self.perspectives
            ),
        ]

    async def _adapted(self, template: Template, cell: DesignCell, ask: Ask) -> Adaptation | None:
        """The template in a domain and perspective; one whose slots or numbers changed is rejected."""
        key = f"{template.template_id}/{cell.domain}/{cell.perspective}"
        question = f"Domain: {cell.domain}; {PERSONS[cell.perspective]}\nProblem: {template.text}"
        prompt = declinable_prompt(self.adapt_prompt, (), question, 400)
        item = ("templates", template.template_id)
        written = await write_optional(ask, prompt, AdaptedTemplate, "adapt", item, "adaptations")
        if written is None:
            return None
        text = written.value.text
        if Counter(slots(text)) != Counter(slots(template.text)):
            ask.reject("row", "adaptations", key, "slots changed", text, digest=written.digest)
            return None
        if not {*NUMBER.findall(text)} <= {*NUMBER.findall(template.text)}:
            ask.reject("row", "adaptations", key, "new numbers", text, digest=written.digest)
            return None
        return Adaptation(
            adaptation_id=key,
            template_id=template.template_id,
            domain=cell.domain,
            perspective=cell.perspective,
            text=text,
            writer_id=written.annotator_id,
            digest=written.digest,
        )

    def _drawn(self, template: Template, instance: int, ask: Ask) -> tuple[list[SlotValue], list[Option]] | None:
        """Numbers whose options differ after rounding, and the options in a drawn order."""
        draw = random.Random(f"{template.template_id}/{self.draw}/{instance}")
        reason = "no numbers tried"
        for _ in range(TRIES):
            values = {each.slot: draw.randrange(each.low, each.high + 1, each.step) for each in template.ranges}
            try:
                options = options_of(template, values)
            except ValueError as error:
                reason = str(error)
                continue
            shuffled = draw.sample(options, len(options))
            return [SlotValue(slot=slot, value=value) for slot, value in values.items()], shuffled
        ask.reject("row", "problems", f"{template.template_id}#{instance}", "no distinct options", reason)
        return None

    async def _solved(self, problem: Problem, ask: Ask) -> list[Annotation]:
        """The option of every annotator, each shown them in an order of their own."""
        letters = LETTERS[: len(problem.options)]

        def prompt(annotator: Annotator) -> Prompt:
            order = drawn_order(letters, problem.problem_id, annotator.annotator_id)
            shown = [problem.options[letters.index(letter)].text for letter in order]
            listed = "\n".join(f"{letter}. {text}" for letter, text in zip(letters, shown, strict=True))
            return few_shot_prompt(self.solve_prompt, (), f"{problem.text}\n{listed}", 15)

        item = ("problems", problem.problem_id)
        narrow: Narrow = {"option": {"enum": [*letters, ABSTAIN]}}
        answers = await ask.each(prompt, ChosenOption, "solve", item=item, into="annotations", narrow=narrow)
        rows = []
        for answer in answers:
            shown = drawn_order(letters, problem.problem_id, answer.annotator_id)
            label = {**dict(zip(letters, shown, strict=True)), ABSTAIN: ABSTAIN}[answer.value.option]
            rows.append(annotation(item, answer, CHOICE.aspect, label=label, options=[*shown, ABSTAIN]))
        return rows


def options_of(template: Template, values: Mapping[str, int]) -> list[Option]:
    """The answer, then the mistakes. Raises `ValueError` where two are the same after rounding."""
    formulas = (template.answer, *template.wrong)
    texts = option_texts(formulas, values, template.digits, template.unit)
    return [
        Option(text=text, formula=formula, correct=number == 0)
        for number, (text, formula) in enumerate(zip(texts, formulas, strict=True))
    ]


def _template(seed: Seed) -> Template:
    """The template of a seed. Raises `AskFailed`, which rejects it, where its fields do not fit together."""
    try:
        template = Template.model_validate(
            {
                "template_id": seed.id,
                "text": seed.text,
                "source": seed.origin,
                **{name: seed.fields[name] for name in FIELDS if seed.fields.get(name) is not None},
            }
        )
        needed = set[str]().union(*map(names_in, (template.answer, *template.wrong)))
    except (ValidationError, ValueError) as error:
        raise AskFailed("not a template", str(error).splitlines()[0], b"") from None
    ranged = {each.slot for each in template.ranges}
    if missing := (needed | {*slots(template.text)}) - ranged:
        raise AskFailed("not a template", f"no range for {', '.join(sorted(missing))}", b"")
    return template


FIELDS = ("element", "type", "answer", "wrong", "ranges", "unit", "digits")


def _problem(
    template: Template, adaptation: Adaptation, instance: int, values: list[SlotValue], options: list[Option]
) -> Problem:
    return Problem(
        problem_id=f"{adaptation.adaptation_id}#{instance}",
        template_id=template.template_id,
        adaptation_id=adaptation.adaptation_id,
        instance=instance,
        values=values,
        text=fill(adaptation.text, {each.slot: str(each.value) for each in values}).text,
        options=options,
        basis=[
            RowRef(table="adaptations", key=adaptation.adaptation_id),
            RowRef(table="templates", key=template.template_id),
        ],
    )


GOLD = """
SELECT 'problems' AS item_table, problem_id AS item_id, text AS input, [o.text FOR o IN options] AS choices,
    list_filter(options, lambda o: o.correct)[1].text AS answer
FROM problems
"""
