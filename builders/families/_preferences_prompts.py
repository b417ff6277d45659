"""Prompts for writers and judges of the family `preferences`, and examples of good answers; all of them ours."""

from __future__ import annotations

RESPOND = """\
Answer the prompt in its own language, in two to four sentences. Reasonable people answer it differently: give the \
answer that you stand by, and your reason. If you cannot or will not answer, decline and say why."""

RESPOND_EXAMPLES = (
    (
        "Should a village keep its only shop open with public money?",
        "Yes. Without it, those who cannot drive depend on others for bread and company. The village should set a "
        "limit, and look again after two years.",
    ),
)

RATE = """\
You rate a response to a prompt, each attribute by itself and from your own point of view. Abstain where you cannot \
judge it."""

COMPARE = """\
You compare two responses to a prompt, A and B, from your own point of view. Say which you prefer; tie if they are \
equally good; incomparable if each is better in a way that cannot be weighed against the other; depends if it turns on \
something that the prompt does not say; or abstain. Strength: 1 slightly better, 2 better, 3 much better; it counts \
for A and B only. Do not let the order or the length of the responses decide."""

GRADE = """\
You grade a response to a prompt by a rubric, one criterion at a time and from your own point of view: yes if the \
response meets it, no if it does not, abstain if you cannot tell. Whether you like the response does not matter here."""

ANALYSE = """\
You will compare two responses to a prompt, A and B. Analyse them first, without a verdict: choose the one to three \
abilities that this comparison turns on, and write down the critical issues of each response in one or two sentences; \
"none" if it has none."""

RETHINK = """\
Think again, with your analysis in mind. Where facts, numbers or code decide, what is correct comes first; where \
instructions decide, what follows them; in all else, what serves the reader. Now say which response you prefer: A, B, \
tie, incomparable, depends on something that the prompt does not say, or abstain. Strength: 1 slightly better, 2 \
better, 3 much better. Do not let the order or the length of the responses decide."""
