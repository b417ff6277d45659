import pytest

from pluriset.cards.console import explanation
from pluriset.schemas.explanation import AskRecord, Explanation, TableRow


def test_control_characters_never_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    bad = "\x1b[2J"
    ask = AskRecord(
        digest=bad, role=bad, annotator=bad, sample=0, attempt=0, teacher={"model": bad}, messages=[{"role": bad}],
        answer={},
    )  # fmt: skip
    found = TableRow(table=bad, key=bad, row={bad: bad})
    explanation.print_story(
        Explanation(
            subject=found, rests_on=[found], asks=[ask], judgements=[found], compared=[], findings=[], licence=bad,
            sources=[], missing=[bad],
        )
    )  # fmt: skip
    printed = capsys.readouterr()
    assert "\x1b" not in printed.out + printed.err and "request  [2J:  [2J as  [2J" in printed.out
