"""The pages on which people annotate: no scripts, no network, and whatever comes from data only as text."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from functools import cache
from importlib import resources
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined, Template

from ...schemas.forms import Group, Input, Page, Repeat
from ..markdown import visible
from ..pages.base import stylesheet

HEADED = re.compile(r"([^\W\d_][\w'-]*(?: [\w'-]+){0,2}): +(?=\S)")
"""The head of a line such as `Situation: ...`: one to three words."""
STYLE = stylesheet() + (resources.files(__package__) / "style.css").read_text(encoding="utf-8")


class Passage(NamedTuple):
    """A stretch of a question and what it is, where its first line says so."""

    head: str
    text: str


class Pages:
    """Draws every page that an annotator sees."""

    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src 'sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )
    """Content security policy: the one stylesheet, forms to the server itself, and nothing else."""

    def render(self, page: Page) -> str:
        """The page as HTML."""
        return _template().render(page=page, kind=type(page).__name__, style=STYLE)


def passages(question: str) -> list[Passage]:
    """The question in stretches, each with the head of its first line."""
    found: list[tuple[str, list[str]]] = [("", [])]
    for line in question.splitlines():
        if match := HEADED.match(line):
            found.append((match[1], [line[match.end() :]]))
        else:
            found[-1][1].append(line)
    return [
        Passage(head[:1].upper() + head[1:], text)
        for head, lines in found
        if (text := "\n".join(lines).strip()) or head
    ]


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"shown": visible, "passages": passages}
    environment.tests |= {
        "group": lambda part: isinstance(part, Group),
        "input": lambda part: isinstance(part, Input),
        "repeat": lambda part: isinstance(part, Repeat),
    }
    return environment.from_string((resources.files(__package__) / "page.html.j2").read_text(encoding="utf-8"))
