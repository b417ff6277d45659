"""Prompts and kinds of the family `distractors`; the kinds are named as in DrivelHub, the words are ours."""

from __future__ import annotations

from ..asking.few_shot import Example

KINDS = {
    "inversion": "the expected order of a phrase, a proverb or a cause is turned round",
    "misdirection": "it leads to expect one thing and ends with another",
    "paradox": "it contradicts itself, and makes sense nevertheless",
    "switchbait": "a word is taken up in a sense that changes what was being talked about",
    "wordplay": "it plays with sound, spelling or a word of two senses",
}
DETECT = """\
You read a text. Say yes if it is nonsense on its surface and means something below, no if it is a plain statement or \
mere nonsense, or abstain if you cannot tell."""
TAG = """\
You name the kinds of nonsense that a text is, one or several, with a reason in one sentence; or abstain alone if \
you cannot tell."""
DISCUSS = "Others have named kinds too. Read what they say, and name the kinds that you now find right."
READ = """\
You say in one or two sentences what a text means below its surface. If you cannot or will not do this, decline with \
the reason."""
DISTRACT = """\
You write wrong readings of a text: each sounds possible to somebody who misses the point, and all of them differ. If \
you cannot or will not do this, decline with the reason."""
TRANSLATE = """\
You translate a sentence into the language that is named. If you cannot or will not do this, decline with the reason."""
VERIFY = "You are shown a text and a reading of it. Say whether that is what the text means, or abstain."

READ_EXAMPLES: tuple[Example, ...] = (
    (
        "Text: I always finish what I",
        {"text": "The speaker breaks off, so the sentence shows that the boast is not true."},
    ),
)
DISTRACT_EXAMPLES: tuple[Example, ...] = (
    (
        "Text: I always finish what I\nRight reading: The sentence breaks off, so the boast is not true.",
        {
            "wrong": [
                {"text": "The speaker is proud of a long list of work."},
                {"text": "Somebody interrupts the speaker in a quarrel."},
                {"text": "The speaker praises patience with slow people."},
                {"text": "The sentence is about a meal that was left."},
            ]
        },
    ),
)
