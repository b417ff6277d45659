"""Finds the answer in what a model wrote: after its thinking, inside a code fence, with broken characters replaced.

The journal keeps the text as it was sent, so a better reading of it costs nothing.
"""

from __future__ import annotations

import re

from ...schemas.json_text import without_lone_surrogates
from ...schemas.request import Completion

END_OF_THINKING, THINKING = "</think>", "<think>"
FENCED = re.compile(r"```(?:[\w-]*[ \t]*\n)?(.*?)```", re.DOTALL)


def answer_text(text: str) -> str:
    """The answer as JSON, if it has any: the text itself, or what follows the thinking, or the only fenced block."""
    if text[:1] != "{":
        text = text.rpartition(END_OF_THINKING)[2].strip()
        if text[:1] != "{" and len(blocks := FENCED.findall(text)) == 1:
            text = blocks[0].strip()
    return without_lone_surrogates(text)


def thinks(completion: Completion) -> bool:
    """Whether an answer without an end is still thinking."""
    if completion.reasoning and not completion.text.strip():
        return True
    return THINKING in completion.text and END_OF_THINKING not in completion.text
