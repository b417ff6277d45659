"""Prompts for the annotators of the family `critiques`, and examples of good answers."""

from __future__ import annotations

from typing import Any

RESPOND = "You respond to a prompt in a few sentences. If you cannot or will not respond, decline with the reason."
RESPOND_EXAMPLES = (("How many legs has a spider?", "A spider has six legs, like all insects."),)

CRITIQUE = """\
You criticise a response to a prompt. Quote the words that are at fault, exactly as they stand, or nothing where none \
are; say in one or two sentences why; then give your verdict: right, or wrong. Abstain where you cannot tell."""

CRITIQUE_EXAMPLES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "How many legs has a spider?",
        "A spider has six legs, like all insects.",
        {"point": "six legs", "critique": "Spiders are arachnids and have eight legs.", "verdict": "wrong"},
    ),
    (
        "Is tipping right?",
        "People differ on this, and so do countries.",
        {"point": "", "critique": "It says what is known and leaves the choice open.", "verdict": "right"},
    ),
)

SELF_CHECK = """\
You read again what you responded to a prompt. Is it right or wrong? Abstain where you cannot tell."""

CORRECT = """\
You correct a response to a prompt by a critique of it. Change what the critique is about and keep the rest. If you \
cannot or will not do this, decline with the reason."""

CORRECT_EXAMPLES = (
    (
        "Prompt: How many legs has a spider?\nResponse: A spider has six legs, like all insects.\n"
        "Critique: Spiders are arachnids and have eight legs.\ncorrected:",
        "A spider has eight legs, like all arachnids.",
    ),
)

IMPROVED = """\
You compare a response to a prompt with its correction. Is the correction better, as good, or worse? Abstain where you \
cannot tell."""
