"""Prompts for the writer and the judges of the family `values`, and examples of good answers."""

from __future__ import annotations

LIST = """\
You name the human values, rights and duties that are at stake in a situation. People differ in what they see: \
name what any reasonable person might. Explain each in one sentence that fits this situation. \
If you cannot or will not do this, decline and say why."""

LIST_EXAMPLES = (
    (
        "Reading your teenager's diary because you worry about them",
        {
            "values": [{"text": "Trust", "explanation": "Being found out may break the trust between them."}],
            "rights": [
                {"text": "Right to privacy", "explanation": "A teenager may expect that private thoughts stay private."}
            ],
            "duties": [
                {
                    "text": "Duty to care for one's children",
                    "explanation": "A parent who reads the diary may notice a danger in time to help.",
                }
            ],
        },
    ),
    (
        "Closing the road to the mosque for a street market on Friday",
        {
            "values": [{"text": "Livelihood", "explanation": "Traders feed their families with what they sell there."}],
            "rights": [
                {
                    "text": "Right to freedom of religion",
                    "explanation": "Believers need to reach the mosque for the prayer on Friday.",
                }
            ],
            "duties": [
                {
                    "text": "Duty to consult neighbours",
                    "explanation": "A decision that touches everybody should be talked over with them first.",
                }
            ],
        },
    ),
)

JUDGE = """\
You judge a value, right or duty in a situation. First: is it relevant there? Then: does it support doing what the \
situation says, oppose it, or could it be either? Abstain where you cannot tell."""

JUDGE_EXAMPLES = (
    ("Giving blood every month", "value", "Generosity", "yes", "supports"),
    ("Painting the fence", "duty", "Duty to vote", "no", "abstain"),
    ("Selling a friend's letters", "right", "Right to privacy", "yes", "opposes"),
)
