"""How many tokens a text may have: by a teacher's own tokenizer where that is at hand, else by script, as a range.

Tokenizers differ most outside Latin script: a small English model takes Devanagari byte by byte, a multilingual one
has a token for many a syllable. The bounds are ours, with room around what SmolLM2, BERT and Claude tokenizers count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ...schemas.request import Message
from ..teachers import Teacher

BY_SCRIPT = "estimated by script"
TEMPLATE = (3, 16)
"""Tokens that a chat template adds to a message."""


class TokenRange(NamedTuple):
    """The fewest and the most tokens."""

    least: float
    most: float

    def plus(self, other: TokenRange) -> TokenRange:
        """The sum of both."""
        return TokenRange(self.least + other.least, self.most + other.most)


NO_TOKENS = TokenRange(0, 0)
SCRIPTS = (
    ("words of Latin letters", r"[A-Za-z\u00c0-\u024f]", TokenRange(0.15, 0.45)),
    ("white space", r"\s", TokenRange(0.0, 0.25)),
    ("Cyrillic, Greek, Hebrew, Arabic", r"[\u0370-\u06ff\u0750-\u077f]", TokenRange(0.2, 1.3)),
    ("Indic and South-East Asian scripts", r"[\u0900-\u0fff\u1000-\u109f\u1780-\u17ff]", TokenRange(0.2, 2.6)),
    ("Chinese, Japanese, Korean", r"[\u3000-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]", TokenRange(0.4, 2.6)),
    ("everything else, such as digits, signs and emoji", r"", TokenRange(0.3, 1.5)),
)
"""Script, its characters, and tokens for each of them."""
PATTERNS = [(re.compile(pattern), bounds) for _, pattern, bounds in SCRIPTS if pattern]


def estimate_tokens(text: str) -> TokenRange:
    """The range for a text, from how many characters of each script it has."""
    left, total = len(text), NO_TOKENS
    for pattern, bounds in PATTERNS:
        count = len(pattern.findall(text))
        left -= count
        total = TokenRange(total.least + bounds.least * count, total.most + bounds.most * count)
    rest = SCRIPTS[-1][2]
    return TokenRange(total.least + rest.least * left, total.most + rest.most * left)


class TokenCounter:
    """Counts for one teacher; the tokenizer is started by the first count, and prompts that come again are not."""

    def __init__(self, teacher: Teacher) -> None:
        self._tokenizer, self._conversation = teacher.own_tokenizer(), teacher.conversation
        self._prompts: dict[tuple[Message, ...], TokenRange] = {}

    @property
    def method(self) -> str:
        """How tokens are counted, for the user."""
        return f"counted by {self._tokenizer.source}" if self._tokenizer else BY_SCRIPT

    def prompt(self, messages: tuple[Message, ...]) -> TokenRange:
        """The range for a conversation, a point where the tokenizer and the chat template are known."""
        if (counted := self._prompts.get(messages)) is None:
            sent = self._conversation(messages)
            own = self._tokenizer
            counted = TokenRange(*own.count_prompt(sent)) if own else estimate_prompt_tokens(sent)
            self._prompts[messages] = counted
        return counted

    def text(self, text: str) -> TokenRange:
        """The range for a text."""
        return TokenRange(*[self._tokenizer.count(text)] * 2) if self._tokenizer else estimate_tokens(text)

    def close(self) -> None:
        """Close the tokenizer."""
        if self._tokenizer:
            self._tokenizer.close()


def estimate_prompt_tokens(messages: Iterable[Message]) -> TokenRange:
    """The range for a conversation, with what a chat template adds to each message."""
    total = NO_TOKENS
    for message in messages:
        total = total.plus(estimate_tokens(message.content)).plus(TokenRange(*TEMPLATE))
    return total
