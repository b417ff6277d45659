import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser

import pytest

from pluriset.cards.annotation.pages import Pages, passages
from pluriset.schemas.forms import Attribute, Choice, Consent, Entry, Form, Group, Input, Notice, Page, Task

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'></textarea>&lt; \u202eevil\u202c {{ 12345*2 }}"
SHORT = (HOSTILE, "x" * 1_000_000 + HOSTILE)


def task(text: str) -> Task:
    parts = [
        Input("label", text, "choice", [Choice(text, text), Choice("no", "no")]),
        Input("note", text, "text", pattern=text),
    ]
    form = Form(text, [(text, text)], f"Situation: {text}\n{text}: x", Group("", "", parts))
    return Task(
        form, text, 1, 2, "optional", text, {"note": [text], "reason": [text]}, {"note": "Missing."}, text, True
    )


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attributes}


@pytest.mark.parametrize("text", SHORT, ids=["short", "a megabyte"])
@pytest.mark.parametrize(
    "page",
    [
        task,
        lambda text: Consent(text, [Attribute("country", [text])], text),
        lambda t: Entry(t, t),
        lambda t: Notice("Thank you", "Done."),
    ],
    ids=["task", "consent", "entry", "notice"],
)
def test_hostile_texts_are_only_texts(page: object, text: str) -> None:
    made: Page = page(text)  # type: ignore[operator]
    html = Pages().render(made)
    found = Tags(html)
    assert not found.tags & {"script", "img", "iframe", "object", "link"} and "evil" not in found.tags
    assert not [name for name in found.names if name.startswith("on")] and "src" not in found.names
    shown = re.sub(r"(?s)<textarea.*?</textarea>", "", re.sub(r'="[^"]*"', "", html))
    assert "24690" not in html and "\u202e" not in shown


def test_the_policy_allows_the_stylesheet_and_nothing_else() -> None:
    html = Pages().render(Notice("Thank you", "Done."))
    style = html.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in Pages.policy and "default-src 'none'" in Pages.policy
    assert "script-src" not in Pages.policy and "http" not in Pages.policy and "url(" not in style


def test_a_question_is_shown_in_passages_with_their_heads() -> None:
    assert passages("Situation: one\ntwo\n\nvalue: Honesty") == [("Situation", "one\ntwo"), ("Value", "Honesty")]
    assert passages("Whether to lie: a long story of many words: x") == [
        ("Whether to lie", "a long story of many words: x")
    ]
    assert passages("plain") == [("", "plain")]
