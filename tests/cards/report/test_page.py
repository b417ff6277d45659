import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from pluriset.cards.report.page import render, scales, write
from pluriset.schemas.report import AuditFigure, AuditResult, Figure, Finding, Profile, Report

CHROMIUM = shutil.which("chromium")


def finding(**changes: Any) -> Finding:
    said = {"check": "key", "severity": "error", "rule": "`id` is a key", "table": "rows", "count": 6, "of": 2720}
    return Finding.model_validate({**said, "examples": [{"id": "1", "found": "2 rows"}], **changes})


def report(*findings: Finding, **changes: Any) -> Report:
    return Report(
        **{"dataset": "some", "rows": {"rows": 2720}, "findings": [*findings], "skipped": {}, "figures": [], **changes}
    )


def hostile(text: str) -> Report:
    """A report with a text everywhere a dataset can put one."""
    figures = [
        Figure(measure=text, group={text: text}, value=float("inf"), low=-1, high=float("nan"), n=2),
        Figure(measure="agreement", group={text: text}, value=0.5, n=2),
    ]
    example = {text: text, "blank": "  ", "none": None, "list": [text, {text: 1}], "wide": "W" * 1000}
    facts = {
        "check": text,
        "rule": text,
        "problem": text,
        "table": text,
        "repair": text,
        "file": text,
        "examples": [example],
    }
    found = [finding(**facts), finding(**facts), finding(**facts, suppressed=text), finding(**facts, count=0)]
    profile = Profile(name=text, title=text, how=text, columns={text: text})
    tested = AuditFigure(measure=text, group={text: text}, value=0.5, n=2, p=0.01, adjusted_p=0.02)
    audits = [
        AuditResult(
            audit=text, question=text, conclusion=text, figures=[tested], correction=text, examples=[{text: text}]
        ),
        AuditResult(audit=text, question=text, not_applicable=text),
    ]
    return report(
        *found,
        dataset=text,
        rows={text: 1},
        skipped={text: text, "x" * 500: "y"},
        figures=figures,
        profile=profile,
        audits=audits,
    )


class Seen(HTMLParser):
    """Every tag of a page with its attributes, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    "text", ["</style></title><script>x</script>", "\" onload='x' {{ 7 * 7 }}", "`<b>` & \x00\u202e", "javascript:x"]
)
def test_hostile_text_stays_text(text: str) -> None:
    seen, plain = Seen(render(hostile(text))), Seen(render(hostile("plain")))
    shapes = [[(tag, sorted(attributes)) for tag, attributes in page.tags if tag != "code"] for page in (seen, plain)]
    assert shapes[0] == shapes[1]
    assert not {name for _, attributes in seen.tags for name in attributes if name.startswith(("on", "style"))}
    images = [attributes["src"] or "" for _, attributes in seen.tags if "src" in attributes]
    assert images and all(source.startswith("data:image/svg+xml;base64,") for source in images)
    assert not set(seen.text) & {"\x00", "\u202e"}


def test_a_page_lists_findings_worst_first_with_counts_and_repairs() -> None:
    few = finding(
        check="few", severity="warning", rule="Few", count=1, repair="trim", auto_repairable=True, evidence="recalled"
    )
    known = finding(check="known", rule="Known", repair="split", suppressed="the authors mean it")
    first = finding(problem="6 of 2,720 rows have the id of another row")
    text = " ".join(Seen(render(report(first, few, known))).text.split())
    for words in (
        "6 of 2,720 rows have the id of another row",
        "table rows, 0.2%",
        "Rule. id is a key.",
        "1 of 2,720 rows, table rows, less than 0.1%",
        "Suggested repair: trim, which writes a fixed copy",
        "Suggested curation step: split, in a recipe.",
        "recalled from the literature",
        "Suppressed by the checks file: the authors mean it",
    ):
        assert words in text
    assert text.index("the id of another row") < text.index("Few") < text.index("Known")


def test_links_point_into_the_page_or_to_a_file_beside_it() -> None:
    seen = Seen(render(hostile("../a b")))
    ids = [attributes["id"] for _, attributes in seen.tags if "id" in attributes]
    links = {attributes["href"] for tag, attributes in seen.tags if tag == "a"}
    assert len(ids) == len(set(ids))
    assert links <= {f"#{id}" for id in ids} | {"../a%20b"}


def test_a_page_links_to_the_files_of_failing_rows(tmp_path: Path) -> None:
    found = report(finding(count=1, file="blank cells.parquet"))
    for rows, link in ((None, "blank%20cells.parquet"), (tmp_path / "found", "../found/blank%20cells.parquet")):
        (page := tmp_path / "pages" / "report.html").parent.mkdir(exist_ok=True)
        write(page, found, rows)
        assert f'href="{link}"' in page.read_text()


def test_figures_lie_on_the_scale_of_their_measure() -> None:
    figures = [
        Figure(measure="alpha", group={"aspect": aspect}, value=value, low=value - 0.1, high=value + 0.1, n=9)
        for aspect, value in {"one": 0.5, "other": -0.2}.items()
    ]
    [plot] = scales(figures)
    assert plot.scale[0] == pytest.approx(-0.3) and plot.scale[1] == 1
    ends = [(drawn.low, drawn.at, drawn.high) for drawn in plot.figures]
    assert all(low is not None and high is not None and at is not None and low < at < high for low, at, high in ends)
    assert ends[1][0] == 2 and plot.zero == pytest.approx(2 + 96 * 0.3 / 1.3, abs=0.01)


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A server that writes down what it is asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}", asked
        http.shutdown()
        thread.join()


def browse(page: Path, *options: str) -> str:
    """What chromium says of a page."""
    assert CHROMIUM
    profile = page.with_suffix(".profile")
    common = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={profile}"]
    command = [CHROMIUM, *common, "--virtual-time-budget=2000", *options, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout


@pytest.mark.slow
@pytest.mark.skipif(
    not CHROMIUM and "PLURISET_BROWSER" not in os.environ, reason="there is no chromium: apt-get install chromium"
)
def test_a_browser_runs_no_script_sends_no_request_and_cuts_nothing_off(
    tmp_path: Path, server: tuple[str, list[str]]
) -> None:
    url, asked = server
    attack = f"\"'></title></style><script>fetch('{url}/a');document.title='run'</script><img src='{url}/b' onerror=x>"
    attack += f"<link rel=stylesheet href='{url}/c'><iframe src='{url}/d'></iframe><style>@import '{url}/e'</style>"
    (tmp_path / "page.html").write_text(page := render(hostile(attack)))
    dom = browse(tmp_path / "page.html", "--dump-dom")
    assert Seen(dom).text.count("</script>") == Seen(page).text.count("</script>") > 10
    assert asked == []
    # The policy holds by itself: the same attack unescaped reaches nobody.
    (tmp_path / "raw.html").write_text(page.replace("<main>", f"<main>{attack}"))
    assert "<title>run" not in browse(tmp_path / "raw.html", "--dump-dom") and asked == []
    frame = f"<iframe width=400 height=900 srcdoc='{page.replace('&', '&amp;').replace(chr(39), '&#39;')}'></iframe>"
    measure = (
        "<script>onload=()=>{const d=frames[0].document.documentElement;document.title=d.scrollWidth+' '+d.clientWidth}"
    )
    (tmp_path / "frame.html").write_text(f"<!doctype html>{frame}{measure}</script>")
    widths = re.search(r"<title>(\d+) (\d+)", browse(tmp_path / "frame.html", "--dump-dom"))
    assert widths and int(widths[1]) <= int(widths[2]) <= 400, widths


@pytest.mark.slow
@pytest.mark.skipif(
    not CHROMIUM and "PLURISET_BROWSER" not in os.environ, reason="there is no chromium: apt-get install chromium"
)
@pytest.mark.parametrize("width", [1280, 390])
def test_long_intervals_stay_in_their_column_in_a_browser(tmp_path: Path, width: int) -> None:
    long = Figure(measure="kappa", group={"aspect": "valence"}, value=-0.123, low=-0.333, high=-0.111, n=12)
    longer = long.model_copy(update={"value": 12345.678, "low": -98765.432, "high": 123456.789})
    page = render(report(figures=[long, longer])).replace("&", "&amp;").replace("'", "&#39;")
    wide = "[...frames[0].document.querySelectorAll('.number')].map(e=>e.scrollWidth-e.clientWidth)"
    (tmp_path / "frame.html").write_text(
        f"<!doctype html><iframe width={width} height=900 srcdoc='{page}'></iframe>"
        f"<script>onload=()=>{{document.title={wide}}}</script>"
    )
    assert "<title>0,0</title>" in browse(tmp_path / "frame.html", "--dump-dom")
