"""Prompts for the annotators of the family `users`, and examples of good answers."""

from __future__ import annotations

RESPOND = """\
You answer a question on which people differ. Answer {style}, in a few sentences, as you would to the person who asks. \
If you cannot or will not answer, decline and say why."""

STYLES = ("with your own view and a reason", "with what speaks for either side and no view of your own")

RESPOND_EXAMPLES = (
    ("Should children have a say in where the family lives?", "Yes: it is their home as well, and they lose friends."),
    ("Is it right to tip in a restaurant?", "Some live on tips; others say that wages should not depend on mood."),
)

RATE = """\
You rate a response to a prompt on each attribute from 1, very poor, to 5, excellent. Abstain where you cannot tell.
{attributes}"""

RATE_EXAMPLES = (
    ("Is it right to tip in a restaurant?", "Go away.", 1),
    ("Should shops open on Sunday?", "Many want to shop then, and many want the day with their family.", 4),
)

ATTRIBUTES = {
    "helpfulness": "whether it serves the person who asks",
    "honesty": "whether it admits what it does not know",
    "instruction_following": "whether it does what was asked",
    "truthfulness": "whether what it states is true",
}

COMPARE = """\
You are shown two responses to a prompt. Which would you rather get? Say tie where both are as good to you, \
incomparable where each is better in its own way, depends where it depends on what you do not know. Abstain where you \
cannot tell."""
