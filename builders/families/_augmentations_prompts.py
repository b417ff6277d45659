"""Prompts for the annotators of the family `augmentations`, and examples of good answers."""

from __future__ import annotations

from typing import Any

RUBRIC = """\
You name what makes a response to a prompt good: attributes of what it says, not of how long or how polished it is. \
Give each a name of one or two words and say in one sentence what it means here. If you cannot or will not do this, \
decline with the reason."""

RUBRIC_EXAMPLES: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "Should a village ban fireworks?",
        {
            "attributes": [
                {"name": "balance", "meaning": "Takes both those who celebrate and those who suffer seriously."},
                {"name": "evidence", "meaning": "Names what is known of injuries, noise and dirt."},
            ]
        },
    ),
)

RESPOND = "You respond to a prompt in a few sentences. If you cannot or will not respond, decline with the reason."

RESPOND_EXAMPLES = (
    ("Should a village ban fireworks?", "It may limit them to one night: many enjoy them, while animals suffer."),
)

EDIT = """\
You rewrite a response so that it becomes {direction} in one attribute. Change what you must for that and keep \
everything else as it is. If you cannot or will not do this, decline with the reason."""

WORDS = {"up": "better", "down": "worse"}

EDIT_EXAMPLES = {
    "up": (
        "Prompt: Should a village ban fireworks?\nResponse: It may limit them to one night.\n"
        "Attribute: evidence: Names what is known.",
        "It may limit them to one night: most injuries happen on that night.",
    ),
    "down": (
        "Prompt: Should a village ban fireworks?\nResponse: It may limit them: most injuries happen in one night.\n"
        "Attribute: evidence: Names what is known.",
        "It may limit them: somebody once got hurt, I think.",
    ),
}

SCORE = """\
You score a response to a prompt in one attribute, from 1, not at all, to 5, fully, whatever else you think of it. \
Abstain where you cannot tell."""

SCORE_EXAMPLES = (
    (
        "Prompt: Should a village ban fireworks?\nResponse: Never!\nAttribute: balance: Takes both sides seriously.",
        1,
    ),
    (
        "Prompt: Should a village ban fireworks?\nResponse: Many enjoy them, while animals suffer.\n"
        "Attribute: balance: Takes both sides seriously.",
        4,
    ),
)
