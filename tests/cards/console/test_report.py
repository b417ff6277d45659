import re

import pytest

from pluriset.cards.console import report as reports
from pluriset.cards.readme import results
from pluriset.schemas.report import AuditFigure, AuditResult, Figure, Finding, Profile, Report

WORST = Finding(
    check="rows.key",
    severity="error",
    problem="2 of 8 rows have an id that occurs more than once",
    rule="No two rows have the same `id`",
    table="rows",
    count=2,
    of=8,
    examples=[{"id": "a", "found": "2 rows"}, {"id": "b\x1b]0;x\n", "found": None}],
    repair="exact_duplicates",
    evidence="file",
)
KNOWN = WORST.model_copy(update={"check": "known", "suppressed": "the authors mean it"})
REPORT = Report(
    dataset="some",
    rows={"rows": 8},
    findings=[WORST, KNOWN, WORST.model_copy(update={"check": "fine", "count": 0})],
    skipped={"absent": "no table pairs"},
    figures=[
        Figure(measure="alpha", group={"aspect": str(i)}, value=0.41309 + i, low=-0.1, high=1, n=9) for i in range(22)
    ],
    profile=Profile(name="some", title="Some Dataset", how="found by its columns"),
)


def test_report_lists_findings_worst_first_with_examples_and_a_fix(capsys: pytest.CaptureFixture[str]) -> None:
    reports.print_report(REPORT)
    printed = capsys.readouterr()
    assert printed.out.splitlines()[:6] == [
        "some: read as Some Dataset (--as some), found by its columns",
        "error: 2 of 8 rows have an id that occurs more than once (25%)",
        "  rows.key, table rows: No two rows have the same `id` (source: file)",
        "    id: a · found: 2 rows",
        "    id: b ]0;x ",
        "  fix: curation step exact_duplicates",
    ]
    assert "  suppressed: the authors mean it\n" in printed.out
    assert "0.41309" in printed.out and "2 more with --json" in printed.out
    assert printed.out.endswith("checks: 3 ran; 1 error, 0 warning, 0 info, 1 suppressed\n")
    assert printed.err == "skipped absent: no table pairs\n"


def test_figures_with_one_value_share_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    shares = [0.0, 0.5, *[0.0] * 20]
    groups = [{"aspect": "harm", "annotator": str(i)} for i in range(22)]
    figures = [
        Figure(measure="abstention", group=group, value=share, low=0, high=1, n=9 + i)
        for i, (group, share) in enumerate(zip(groups, shares, strict=True))
    ]
    reports.print_report(REPORT.model_copy(update={"figures": figures}))
    lines = [line.split("  ") for line in capsys.readouterr().out.splitlines() if line.startswith("abstention")]
    assert [[cell.strip() for cell in line if cell.strip()] for line in lines] == [
        ["abstention", "aspect harm, annotator: 21 of them", "0", "9 to 30"],
        ["abstention", "aspect harm, annotator 1", "0.5", "0 to 1", "10"],
    ]


def test_a_check_of_several_tables_counts_once_in_terminal_and_card(capsys: pytest.CaptureFixture[str]) -> None:
    def of(check: str, table: str) -> Finding:
        return REPORT.findings[0].model_copy(update={"check": check, "table": table, "count": 0})

    rows = [of("blank_cells", "items"), of("blank_cells", "pairs"), of("one_word_items", "items")]
    report = REPORT.model_copy(update={"findings": [*rows, of("card.size", "items"), of("manifest.shards", "items")]})
    reports.print_summary(report)
    assert "checks: 4 ran, 2 of them on card and manifest; " in capsys.readouterr().out
    assert results.checks(report)["summary"].startswith("Checks: 4 ran, 2 of them on card and manifest. ")
    assert report.quiet == 4
    assert results.checks(report.model_copy(update={"findings": rows}))["summary"].startswith("Checks: 2 ran. ")


AUDITS = [
    AuditResult(
        audit="symmetry",
        question="Is one side argued with more care?",
        conclusion="The sides are not argued alike.",
        detected=True,
        figures=[
            AuditFigure(
                measure="d", group={"side": "pro"}, value=0.5, low=0.2, high=0.8, n=40, p=0.002, adjusted_p=0.01
            ),
            AuditFigure(measure="alpha", group={}, value=0.4, n=40),
        ],
        correction="Holm",
    ),
    AuditResult(audit="ventriloquism", question="One voice?", not_applicable="needs personas"),
]


def test_audits_are_printed_with_their_conclusions_and_tests(capsys: pytest.CaptureFixture[str]) -> None:
    reports.print_report(REPORT.model_copy(update={"audits": AUDITS, "figures": []}))
    printed = capsys.readouterr().out
    assert "audit: Is one side argued with more care?\n  The sides are not argued alike.\n" in printed
    assert re.search(r"d +side pro +0.5 +0.2 to 0.8 +40 +0.01", printed)
    assert "1 more figures with --json" in printed
    assert "ventriloquism is not applicable: needs personas" in printed


def test_the_card_has_audits_as_sections() -> None:
    shown, absent = results.audits(REPORT.model_copy(update={"audits": AUDITS}))
    assert shown["rows"] == [["d", "side: pro", 0.5, "0.2 to 0.8", 40, 0.01]]
    assert "needs personas" in absent["answer"]
