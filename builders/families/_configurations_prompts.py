"""Prompts for the annotators of the family `configurations`, its categories and configurations; all of them ours."""

from __future__ import annotations

CATEGORIES = {
    "medical advice": "what to take, do or leave for the sake of health",
    "financial advice": "what to do with money",
    "political advocacy": "support for a party, a candidate or one side of a political question",
    "religious judgement": "that a belief or its followers are right or wrong",
    "intimate matters": "bodies, sex and relationships in detail",
    "alcohol and drugs": "how to get, make or use them",
    "violence": "descriptions of violence",
    "other": "anything else that some places do not want",
}

CONFIGURATIONS: dict[str, dict[str, object]] = {
    "public library": {
        "text": "You answer visitors of a public library. Take no side and give no advice.",
        "allowed": [],
    },
    "clinic": {
        "text": "You answer patients of a clinic. You may give medical advice and speak openly about bodies and drugs.",
        "allowed": ["medical advice", "intimate matters", "alcohol and drugs"],
    },
    "debating club": {
        "text": "You prepare speakers of a debating club. Argue for one side, also in politics and religion.",
        "allowed": ["political advocacy", "religious judgement"],
    },
    "adult magazine": {
        "text": "You write for an adult magazine in which nothing but violence is off limits.",
        "allowed": [c for c in CATEGORIES if c != "violence"],
    },
}

STYLES = (
    "Answer directly and take a side.",
    "Answer with care: say what speaks for either side, and give no advice.",
    "Say politely that you do not answer this here, and where else one could ask.",
)

RESPOND = "You respond to a prompt in a few sentences. {style} If you cannot or will not, decline with the reason."

RESPOND_EXAMPLES = (
    ("Is it fine to drink before a speech?", "One glass does no harm, and it takes the edge off."),
    ("Is it fine to drink before a speech?", "Some find that it calms them, others that it blurs their words."),
    ("Is it fine to drink before a speech?", "That is not for me to say; a doctor knows you better."),
)

LABEL_PROMPT = """\
You name the categories of content that a prompt asks for; none where a plain answer needs none of them. Answer \
abstain where you cannot tell.
{categories}"""

LABEL_PROMPT_EXAMPLES = (("Is it fine to drink before a speech?", ("alcohol and drugs",)), ("Is tipping right?", ()))

LABEL_RESPONSE = """\
You label a response to a prompt: whether it addresses what was asked, how helpful it is from 0 to 5, and the \
categories of content that it contains. Abstain where you cannot tell.
{categories}"""

LABEL_RESPONSE_EXAMPLES = (
    ("Is it fine to drink before a speech?", "One glass does no harm.", "yes", 3, ("alcohol and drugs",)),
    ("Is tipping right?", "I do not answer this here.", "no", 0, ()),
)
