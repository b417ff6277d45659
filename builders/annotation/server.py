"""Serves the requests of people as forms, one at a time and to each only their own, and saves every answer at once.

Nothing of this trusts the page: tokens, sessions and forms are checked here, an annotator is never sent anything that
another one answered, and an answer is on the disk before it is acknowledged. Pages have no scripts.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from aiohttp import web
from multidict import MultiDictProxy
from pydantic_core import from_json, to_json

from ...schemas.errors import PlurisetError, RunError
from ...schemas.forms import Attribute, Consent, Entry, Form, Notice, Page, Task
from ...schemas.request import Completion
from .answer_log import AnswerLog
from .people import People, Person, Refused
from .reply import MISSING, Unanswered, answer, given_of
from .requests import Requests
from .sessions import FORBIDDEN, HEADERS, check_form, form_token, session_of, set_session
from .slots import Slots

MAX_BODY = 256 * 1024
"""Bytes of a form that is sent in."""
MAX_REASON = 4000
"""Characters of a reason."""
REASON = "reason"
ATTENTION = "attention-"
"""What the item of an attention item begins with."""


class Pages(Protocol):
    """What draws the pages."""

    policy: str
    """The content security policy under which they work."""

    def render(self, page: Page) -> str:
        """A page as HTML; everything in it that is data is escaped."""
        ...


Given = MultiDictProxy[Any]


@dataclass
class Server:
    """The people of one run and their answers. `url` is where browsers find it, without a slash at its end."""

    requests: Requests
    slots: Slots
    people: People
    pages: Pages
    url: str
    clock: Callable[[], float] = time.monotonic
    _logs: dict[str, AnswerLog] = field(default_factory=dict)
    _shown_at: dict[tuple[str, str], float] = field(default_factory=dict)
    """Annotator and item -> when it was first shown, in seconds."""

    def app(self) -> web.Application:
        """The application: these routes and nothing else; no file is ever served."""
        app = web.Application(client_max_size=MAX_BODY, middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/", self._start),
                web.get("/enter/{token}", self._entry),
                web.post("/enter", self._enter),
                web.get("/item", self._item),
                web.post("/item", self._answer),
                web.get("/previous", self._previous),
                web.post("/consent", self._consent),
            ]
        )
        return app

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Refuse other hosts and origins, and turn every error into a page that tells nothing of the run."""
        try:
            if request.host != urlsplit(self.url).netloc:  # a name that was rebound to this machine
                response: web.StreamResponse = self._notice("Not here", "This is not the address of this server.", 421)
            elif request.method == "POST" and request.headers.get("Origin", self.url) != self.url:
                response = self._notice("Not accepted", FORBIDDEN, 403)
            else:
                response = await handler(request)
        except Refused as refused:
            response = self._notice("No access", str(refused), 403)
        except web.HTTPRequestEntityTooLarge:
            response = self._notice("Too long", "This answer is too long to be saved. Shorten it and try again.", 413)
        except web.HTTPException as error:
            response = self._notice("Not found", "There is nothing at this address.", error.status)
        except PlurisetError as error:
            response = self._notice("Not saved", f"{_sentence(error)} Nothing was lost; try again.", 507)
        response.headers.update({**HEADERS, "Content-Security-Policy": self.pages.policy})
        return response

    async def _start(self, request: web.Request) -> web.Response:
        self.people.by_session(session_of(request))
        return _redirect("/item")

    async def _entry(self, request: web.Request) -> web.Response:
        """The page of a link. Looking at it uses nothing, as mail programs look at links too."""
        token, session = request.match_info["token"], session_of(request)
        person = self.people.by_token(token)
        if person.session is not None:
            self.people.enter(token, session)
            return _redirect("/item")
        if not session or self._is_taken(session):
            session = secrets.token_urlsafe(32)
        response = self._page(Entry(token, form_token(session)))
        set_session(response, session, int(person.expires - self.people.clock()), self.url.startswith("https:"))
        return response

    async def _enter(self, request: web.Request) -> web.Response:
        given, session = await request.post(), session_of(request)
        check_form(_text(given, "csrf"), session)
        self.people.enter(_text(given, "token"), session)
        return _redirect("/item")

    async def _item(self, request: web.Request) -> web.Response:
        """Consent, the next item, or thanks."""
        session = session_of(request)
        person = self.people.by_session(session)
        if (consent := self._consent_page(person, session)) is not None:
            return self._page(consent)
        return self._page(self._next(person, session))

    async def _previous(self, request: web.Request) -> web.Response:
        """The last answer of this person, to be corrected."""
        session = session_of(request)
        person = self.people.by_session(session)
        asked, log = self.requests.of(person.annotator), self._log(person.annotator)
        last = next((digest for digest in reversed(log.answers.by_digest) if digest in asked), None)
        if last is None or self._consent_page(person, session):
            return _redirect("/item")
        form, given = self.requests.form(asked[last]), log.answers.by_digest[last]
        shown = given_of(form, from_json(given["text"])) | {REASON: [given.get("reasoning") or ""]}
        return self._page(self._task(person, session, form, last, shown, corrects=True))

    async def _consent(self, request: web.Request) -> web.Response:
        given, session = await request.post(), session_of(request)
        person = self.people.by_session(session)
        check_form(_text(given, "csrf"), session)
        human = self.slots.human(person.annotator)
        if _text(given, "agree") != "yes":
            page = self._consent_page(person, session, "You can only go on if you agree.")
            return self._page(page or Notice("Thank you", "You have agreed already."), 422)
        declared = {name: _text(given, f"attribute.{name}") for name in human.attributes}
        kept = {name: value for name, value in declared.items() if value in human.attributes[name]}
        self._log(person.annotator).add_attributes(person.annotator, kept)  # a crash between the two asks again
        self.people.consent(person.annotator, human.consent, kept)
        return _redirect("/item")

    async def _answer(self, request: web.Request) -> web.Response:
        """Save an answer. The same form sent in twice is saved once; a correction replaces the earlier answer."""
        given, session = await request.post(), session_of(request)
        person = self.people.by_session(session)
        check_form(_text(given, "csrf"), session)
        if self._consent_page(person, session):
            return _redirect("/item")
        item, corrects = _text(given, "item"), _text(given, "corrects") == "yes"
        log = self._log(person.annotator)
        if item.startswith(ATTENTION):
            return self._attended(person, session, item, given)
        asked = self.requests.of(person.annotator).get(item)
        if asked is None:
            raise Refused("This item is not one of yours, or it is answered and closed.")
        if item in log.answers.by_digest and not corrects:
            return _redirect("/item")
        form = self.requests.form(asked)
        try:
            value, reason = answer(form, _lists(given)), self._reason(person, given)
            log.add(item, self._record(person.annotator, item, form, value, reason))
        except Unanswered as error:
            return self._page(self._task(person, session, form, item, _lists(given), error.problems, corrects), 422)
        except RunError as error:
            problems = {"": f"{_sentence(error)} Your answer is still in this form: send it again in a while."}
            return self._page(self._task(person, session, form, item, _lists(given), problems, corrects), 507)
        return _redirect("/item")

    def _record(self, annotator: str, item: str, form: Form, value: Any, reason: str) -> dict[str, Any]:
        """The answer as a journal holds it."""
        options = {
            each.name: [str(choice.value) for choice in each.choices] for each in form.fields() if len(each.choices) > 1
        }
        shown: dict[str, Any] = {"options": options, "place": len(self._log(annotator).answers.by_digest) + 1}
        if (started := self._shown_at.pop((annotator, item), None)) is not None:
            shown["seconds"] = round(self.clock() - started, 1)
        return Completion(to_json(value).decode(), reasoning=reason or None, shown=shown).record()

    def _reason(self, person: Person, given: Given) -> str:
        """The reason that was written. Raises `Unanswered` if it is missing where it is required, or too long."""
        asked, reason = self.slots.human(person.annotator).reason, _text(given, REASON).strip().replace("\r\n", "\n")
        if asked == "required" and not reason:
            raise Unanswered({REASON: MISSING})
        if len(reason) > MAX_REASON:
            raise Unanswered({REASON: f"Please write at most {MAX_REASON:,} characters."})
        return "" if asked == "no" else reason

    def _next(self, person: Person, session: str) -> Page:
        """The next item of a person; thanks, if there is none."""
        self.requests.refresh()
        human, log = self.slots.human(person.annotator), self._log(person.annotator)
        asked = self.requests.of(person.annotator)
        request = next((one for digest, one in asked.items() if digest not in log.answers.by_digest), None)
        if request is None:
            text = "You have answered everything that there is for now. You can close this page."
            return Notice("Thank you", text, previous=any(digest in log.answers.by_digest for digest in asked))
        form, place = self.requests.form(request), len(log.answers.attention)
        due = (place + 1) * human.attention_every <= len(log.answers.by_digest)
        if due and place < len(human.attention):
            form = Form(form.instruction, (), human.attention[place].text, form.inputs)
            return self._task(person, session, form, f"{ATTENTION}{place}.{request.digest}", {})
        self._shown_at.setdefault((person.annotator, request.digest), self.clock())
        return self._task(person, session, form, request.digest, {})

    def _attended(self, person: Person, session: str, item: str, given: Given) -> web.Response:
        """Save how an attention item was answered; the person is not told."""
        place, _, digest = item.removeprefix(ATTENTION).partition(".")
        human, log = self.slots.human(person.annotator), self._log(person.annotator)
        asked = self.requests.of(person.annotator).get(digest)
        if asked is None or place != str(len(log.answers.attention)) or int(place) >= len(human.attention):
            return _redirect("/item")
        form, expected = self.requests.form(asked), human.attention[int(place)]
        try:
            value = answer(form, _lists(given))
        except Unanswered as error:
            form = Form(form.instruction, (), expected.text, form.inputs)
            return self._page(self._task(person, session, form, item, _lists(given), error.problems), 422)
        passed = all(str(value.get(name)) == wanted for name, wanted in expected.expect.items())
        log.add_attention(int(place), passed)
        return _redirect("/item")

    def _task(
        self,
        person: Person,
        session: str,
        form: Form,
        item: str,
        given: dict[str, list[str]],
        problems: dict[str, str] | None = None,
        corrects: bool = False,
    ) -> Task:
        asked, answered = self.requests.of(person.annotator), self._log(person.annotator).answers.by_digest
        done, human = sum(digest in answered for digest in asked), self.slots.human(person.annotator)
        return Task(
            form=form,
            item=item,
            done=done,
            total=len(asked),
            reason="no" if item.startswith(ATTENTION) else human.reason,
            instructions=human.instructions,
            given=given,
            problems=problems or {},
            csrf=form_token(session),
            previous=bool(done) and not corrects,
            corrects=corrects,
        )

    def _consent_page(self, person: Person, session: str, problem: str = "") -> Consent | None:
        """The page that comes first; none for who agreed to just this text, or where there is none."""
        human = self.slots.human(person.annotator)
        if not human.consent or (person.consent is not None and person.consent.text == human.consent):
            return None
        attributes: Sequence[Attribute] = [Attribute(name, values) for name, values in human.attributes.items()]
        return Consent(human.consent, attributes, form_token(session), problem)

    def _log(self, annotator: str) -> AnswerLog:
        if annotator not in self._logs:
            self._logs[annotator] = AnswerLog(self.requests.batches.answers(annotator))
        return self._logs[annotator]

    def _is_taken(self, session: str) -> bool:
        try:
            self.people.by_session(session)
        except Refused:
            return False
        return True

    def _page(self, page: Page, status: int = 200) -> web.Response:
        return web.Response(text=self.pages.render(page), content_type="text/html", charset="utf-8", status=status)

    def _notice(self, title: str, text: str, status: int) -> web.Response:
        return self._page(Notice(title, text), status)


def _text(given: Given, name: str) -> str:
    value = given.get(name, "")
    return value if isinstance(value, str) else ""


def _lists(given: Given) -> dict[str, list[str]]:
    """Input -> what was filled in."""
    return {name: [value for value in given.getall(name) if isinstance(value, str)] for name in given}


def _redirect(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})


def _sentence(error: PlurisetError) -> str:
    """What went wrong, without a path."""
    return f"{error.what[:1].upper()}{error.what[1:]}."
