"""Prompts for the annotators of the family `reversals`, and examples of good answers."""

from __future__ import annotations

from typing import Any

CATEGORIES = (
    "content", "detail", "directness", "evidence", "form", "language", "perspective", "practicality", "tone", "values",
)  # fmt: skip
"""Categories of criteria; the list is ours."""

CRITERIA = """\
You name two criteria by which responses to a prompt can be judged, such that a response that is best by one is not \
best by the other, and reasonable people may go by either. Each is one short sentence that begins with a verb. Give \
the category of each. If you cannot or will not do this, decline with the reason."""

CRITERIA_EXAMPLES: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "Should I quit my job to travel?",
        {
            "criteria": [
                {"criterion": "Stays close to what the savings of a person allow.", "category": "practicality"},
                {"criterion": "Takes a wish for adventure seriously.", "category": "values"},
            ]
        },
    ),
    (
        "What is inflation?",
        {
            "criteria": [
                {"criterion": "Explains it to a child.", "category": "language"},
                {"criterion": "Names how it is measured.", "category": "evidence"},
            ]
        },
    ),
)

RESPOND = """\
You respond to a prompt in a few sentences. The response is judged by one criterion alone; do not mention the \
criterion, and do not use its words. If you cannot or will not respond, decline with the reason."""

RESPOND_EXAMPLES = (
    ("Do I need a coat today?", "Says what to do.", "Take one along: you can always carry it over your arm."),
)

SCENARIO = """\
You describe in one sentence a situation in which somebody writes this prompt and, for a reason of their own, goes by \
this criterion. Do not use its words. If you cannot or will not do this, decline with the reason."""

SCENARIO_EXAMPLES = (
    ("Do I need a coat today?", "Says what to do.", "A father packs in a hurry for a day outside with a small child."),
)

PROFILE = """\
You describe in one or two sentences a person who writes this prompt: what they do, what they care about, and so why \
they go by this criterion. Do not use its words. If you cannot or will not do this, decline with the reason."""

PROFILE_EXAMPLES = (
    ("Do I need a coat today?", "Says what to do.", "A gardener who is out in any weather and has no time for talk."),
)

JUDGE = """\
You are shown two responses to a prompt and one criterion. Which response is better by this criterion alone, whatever \
else you think of them? Say tie where both are as good, and abstain where you cannot tell."""

JUDGE_EXAMPLES = (
    (
        "Prompt: Do I need a coat today?\nCriterion: Is short.\nfirst: Yes.\nsecond: That depends on how long you stay "
        "out and on the wind.",
        "first",
    ),
    (
        "Prompt: What is inflation?\nCriterion: Names a number.\nfirst: Prices rise.\nsecond: Prices rise, by two "
        "percent last year.",
        "second",
    ),
)
