"""Prompts of the family `opinions`: constants of ours."""

from __future__ import annotations

from ...schemas.rows.opinions import QuestionType

SYSTEM = "You take part in a survey. Give your own answer. Say abstain if you cannot or do not want to answer."
TEXT = "You take part in a survey. Give your own answer in one or two sentences. Decline if you do not want to answer."

HOW: dict[QuestionType, str] = {
    "choice": "Answer with one letter, or abstain.",
    "choices": "Answer with the letters of all that apply, or abstain.",
    "ranking": "Answer with all letters from first to last, such as B > A, or abstain.",
    "likert": "Answer with one letter, or abstain.",
    "scale": "Answer with a whole number from {low} to {high}, or abstain.",
    "numeric": "Answer with a number from {low} to {high}, or abstain.",
    "budget": "Answer with the points of each option in this order, 100 together; with none of them to abstain.",
    "text": "",
}
"""Type of question -> how it is to be answered, with the ends of its scale in braces."""
