import errno
import json
import os
import stat
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from pluriset.builders.annotation.people import DAY, digest
from pluriset.builders.annotation.sessions import COOKIE
from pluriset.builders.annotation.status import status
from pluriset.cards.console.annotation import print_status
from pluriset.tests.builders.annotation.conftest import CONSENT, Site
from pluriset.tests.servers.form_browser import FormBrowser, Page

JUDGED = 2 * 3
"""Considerations that everyone judges."""


def last(name: str, options: list[str]) -> str:
    """Chooses the last option, and writes a reason."""
    return options[-1] if options else "because"


def answer_all(browser: FormBrowser, page: Page) -> Page:
    while page.action == "/item":
        page = browser.submit(page, last)
    return page


def saved(site: Site, annotator: str) -> list[dict[str, Any]]:
    file = site.run / "batch" / "answers" / f"{annotator}.jsonl"
    lines = file.read_text().splitlines() if file.exists() else []
    return [record for record in map(json.loads, lines) if "custom_id" in record]


def test_answers_of_people_become_rows_beside_those_of_models(site: Site) -> None:
    with site.serving() as links:
        for link in links.values():
            browser = FormBrowser(site.url)
            assert "Thank you" in answer_all(browser, browser.enter(link)).text
    table = site.build()
    annotators = table("annotators").sort("annotator_id")
    assert annotators["annotator_id"].to_list() == ["main", "p-1", "p-2"]
    assert annotators["kind"].to_list() == ["model", "human", "human"]
    assert annotators["country"].to_list() == [None, "Kenya", "Kenya"] and annotators["model"][1] is None
    annotations = table("annotations")
    assert len(annotations) == 3 * 2 * JUDGED
    theirs = annotations.filter(pl.col("annotator_id") != "main")
    assert theirs["rationale"].unique().to_list() == ["because"]
    # The last option in the order that was drawn for this annotator and item is what the page showed last.
    assert (theirs["label"] == theirs["options"].list.last()).all() and theirs["label"].n_unique() > 2
    assert table("aggregates")["n"].max() == 3


def test_a_page_shows_nothing_of_the_others(site: Site) -> None:
    with site.serving() as links:
        first, second = FormBrowser(site.url), FormBrowser(site.url)
        page = first.enter(links["p-1"])
        first.submit(page, last, reason="A very telling reason")
        other = second.enter(links["p-2"])
        while other.action == "/item":
            assert "telling" not in other.html and "supports" in other.html
            stolen = second.post("/item", {**other.hidden, "item": page.hidden["item"], "relevance": "yes"})
            assert stolen.status == 403 and "not one of yours" in stolen.text
            other = second.submit(other, last)
    assert len(saved(site, "p-2")) == JUDGED and len(saved(site, "p-1")) == 1


def test_links_are_needed_and_are_for_one_browser(site: Site) -> None:
    with site.serving() as links:
        stranger, owner, thief = (FormBrowser(site.url) for _ in range(3))
        for path in ("/", "/item", "/previous"):
            assert stranger.get(path).status == 403
        assert stranger.get("/enter/guessed").status == 403
        page = thief.get(links["p-1"].removeprefix(site.url))  # looking uses nothing
        assert page.action == "/enter" and owner.enter(links["p-1"]).action == "/item"
        assert thief.submit(page, last).status == 403
        assert thief.get(links["p-1"].removeprefix(site.url)).status == 403
        assert owner.get(links["p-1"].removeprefix(site.url)).action == "/item"  # the owner may open it again


def test_a_link_expires_with_its_session(site: Site) -> None:
    with site.serving() as links:
        browser = FormBrowser(site.url)
        page = browser.enter(links["p-1"])
        site.clock.now += DAY
        refused = browser.submit(page, last)
        assert refused.status == 403 and "expired" in refused.text
        assert browser.get(links["p-2"].removeprefix(site.url)).status == 403
    assert not saved(site, "p-1")


def test_a_revoked_link_lets_nobody_in_while_the_server_runs(site: Site) -> None:
    with site.serving() as links:
        browser = FormBrowser(site.url)
        page = browser.submit(browser.enter(links["p-1"]), last)
        site.people.revoke("p-1")
        refused = browser.submit(page, last)
        assert refused.status == 403 and "revoked" in refused.text
        renewed = FormBrowser(site.url).enter(f"{site.url}/enter/{site.people.invite('p-1', 1)}")
        assert "1 of 6 answered" in renewed.text
    assert len(saved(site, "p-1")) == 1


def test_a_form_sent_in_twice_is_saved_once_and_a_correction_replaces(site: Site) -> None:
    with site.serving() as links:
        browser = FormBrowser(site.url)
        page = browser.enter(links["p-1"])
        browser.submit(page, last, reason="first")
        assert "1 of 6" in browser.submit(page, last, reason="second").text
        assert [each["answer"]["reasoning"] for each in saved(site, "p-1")] == ["first"]
        again = browser.get("/previous")
        assert again.hidden["item"] == page.hidden["item"] and "first" in again.html
        browser.submit(again, last, reason="corrected")
        assert [each["answer"]["reasoning"] for each in saved(site, "p-1")] == ["first", "corrected"]
    rationales = site.build(without_answers=True)("annotations")["rationale"].drop_nulls().unique().to_list()
    assert rationales == ["corrected"]


def test_the_last_answer_of_all_can_be_corrected(site: Site) -> None:
    with site.serving() as links:
        browser = FormBrowser(site.url)
        thanks = answer_all(browser, browser.enter(links["p-1"]))
        assert "Thank you" in thanks.text and 'href="/previous"' in thanks.html
        assert "Thank you" in browser.submit(browser.get("/previous"), last, reason="corrected").text
    assert saved(site, "p-1")[-1]["answer"]["reasoning"] == "corrected"


def test_an_answer_that_was_taken_can_be_corrected(site: Site) -> None:
    with site.serving() as links:
        browser = FormBrowser(site.url)
        browser.submit(browser.enter(links["p-1"]), last, reason="first")
        site.build(without_answers=True)
        browser.submit(browser.get("/previous"), last, reason="corrected")
    rationales = site.build(without_answers=True)("annotations")["rationale"].drop_nulls().unique().to_list()
    assert rationales == ["corrected"]


def test_a_full_disk_saves_nothing_and_says_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    real, left = os.write, [20]

    def write(descriptor: int, content: bytes) -> int:
        if b"custom_id" not in content and left[0] == 20:
            return real(descriptor, content)
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        part, left[0] = content[: left[0]], 0
        return real(descriptor, part)

    with site.serving() as links:
        browser = FormBrowser(site.url)
        page = browser.enter(links["p-1"])
        file = site.run / "batch" / "answers" / "p-1.jsonl"
        before = file.read_bytes()
        monkeypatch.setattr(os, "write", write)
        refused = browser.submit(page, last, reason="kept in the form")
        assert refused.status == 507 and "disk is full" in refused.text and "kept in the form" in refused.html
        assert file.read_bytes() == before
        monkeypatch.undo()
        assert "1 of 6" in browser.submit(refused, last).text
    assert len(saved(site, "p-1")) == 1


def test_forms_of_other_sites_sessions_and_hosts_are_refused(site: Site) -> None:
    with site.serving() as links:
        browser, other = FormBrowser(site.url), FormBrowser(site.url)
        page, stranger = browser.enter(links["p-1"]), other.enter(links["p-2"])
        fields = {**page.hidden, "relevance": "yes", "valence": "supports"}
        assert browser.post("/item", fields, Origin="https://evil.example").status == 403
        assert browser.post("/item", {**fields, "csrf": ""}).status == 403
        assert browser.post("/item", {**fields, "csrf": stranger.hidden["csrf"]}).status == 403
        assert browser.get("/item", Host="evil.example").status == 421
        assert browser.post("/item", {**fields, "reason": "x" * 300_000}).status == 413
    assert not saved(site, "p-1")


@pytest.mark.parametrize(
    "path",
    ["/../recipe.yaml", "/item/../../recipe.yaml", "/%2e%2e/recipe.yaml", "/batch/answers/p-1.jsonl", "/enter/../x"],
)
def test_no_path_leads_to_a_file(site: Site, path: str) -> None:
    with site.serving() as links:
        browser = FormBrowser(site.url)
        browser.enter(links["p-1"])
        page = browser.get(path)
    assert page.status in (403, 404) and "situation" not in page.html.casefold()


def test_incomplete_and_invented_answers_come_back_with_what_is_wrong(site: Site) -> None:
    with site.serving() as links:
        browser = FormBrowser(site.url)
        page = browser.enter(links["p-1"])
        wrong = browser.post("/item", {**page.hidden, "relevance": "maybe", "reason": "stays"})
        assert wrong.status == 422 and "choose one of these" in wrong.text and "Please answer this" in wrong.text
        assert "stays" in wrong.html
    assert not saved(site, "p-1")


def test_consent_comes_first_and_only_declared_attributes_are_kept(site: Site) -> None:
    with site.serving() as links:
        browser = FormBrowser(site.url)
        page = browser.submit(browser.get(links["p-1"].removeprefix(site.url)), last)
        assert page.action == "/consent" and CONSENT in page.text
        assert "Situation" not in page.html and browser.get("/item").action == "/consent"
        assert browser.submit(page, last, agree="").status == 422
        given = {"attribute.country": "Mars", "attribute.age_band": "35+", "attribute.religion": "x"}
        assert browser.submit(page, last, agree="yes", **given).action == "/item"
    record = site.people.all()["p-1"]
    assert record.consent and record.consent.text == CONSENT and record.consent.attributes == {"age_band": "35+"}


def test_people_are_recorded_outside_of_the_run_for_the_owner_alone(site: Site) -> None:
    with site.serving() as links:
        browser = FormBrowser(site.url)
        browser.enter(links["p-1"])
        session = next(cookie.value for cookie in browser.cookies if cookie.name == COOKIE)
    file = site.people.file
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    token = links["p-1"].rpartition("/")[2]
    assert digest(token) in file.read_text()
    for path in [file, *site.run.rglob("*"), *site.run.parent.glob("*")]:
        if path.is_file():
            assert token.encode() not in path.read_bytes() and str(session).encode() not in path.read_bytes()


def test_a_pilot_serves_the_first_seeds_and_the_rest_follows(site: Site) -> None:
    with site.serving(pilot=1) as links:
        browser = FormBrowser(site.url)
        answer_all(browser, browser.enter(links["p-1"]))
    assert len(saved(site, "p-1")) == JUDGED // 2
    piloted = site.build(without_answers=True)("annotations")
    assert len(piloted.filter(pl.col("annotator_id") == "p-1")) == JUDGED
    with site.serving():
        browser.url = site.url
        renewed = FormBrowser(site.url)
        page = renewed.enter(f"{site.url}/enter/{site.people.invite('p-1', 1)}")
        assert "3 of 6 answered" in page.text
        answer_all(renewed, page)
    assert len(saved(site, "p-1")) == JUDGED


def test_attention_items_are_counted_and_enter_no_table(tmp_path: Path) -> None:
    check = {"text": "This checks that you read.", "expect": {"relevance": "no"}}
    site = Site(tmp_path, people=1, attention=[check], attention_every=2)
    site.start()
    with site.serving() as links:
        browser, seen = FormBrowser(site.url), 0
        page = browser.enter(links["p-1"])
        while page.action == "/item":
            if "This checks" in page.text:
                seen += 1
                page = browser.post("/item", {**page.hidden, "relevance": "no", "valence": "either"})
            else:
                page = browser.submit(page, last)
    lines = (site.run / "batch" / "answers" / "p-1.jsonl").read_text()
    assert seen == 1 and '{"attention":0,"passed":true}' in lines
    assert len(site.build()("annotations").filter(pl.col("annotator_id") == "p-1")) == 2 * JUDGED


def test_a_round_of_its_own_is_kept_apart(tmp_path: Path) -> None:
    site = Site(tmp_path, people=1, situations=1)
    recipe = site.recipe_file.read_text()
    recipe = recipe.replace("teachers:\n", "teachers:\n  judges:\n    human: {round: adjudication}\n")
    recipe = recipe.replace("  panel:\n", "  panel:\n  - {teacher: judges, id: j}\n")
    site.recipe_file.write_text(recipe)
    site.start()
    with site.serving() as links:
        for annotator in ("p-1", "j"):
            browser = FormBrowser(site.url)
            answer_all(browser, browser.enter(links[annotator]))
    table = site.build()
    annotations = table("annotations")
    by = dict(annotations.group_by("annotator_id").agg(pl.col("aspect").unique().sort()).iter_rows())
    assert by["p-1"] == by["main"] == ["relevance", "valence"]
    assert by["j"] == ["relevance_adjudication", "valence_adjudication"]
    counts = dict(table("aggregates").group_by("aspect").agg((pl.col("n") + pl.col("abstained")).max()).iter_rows())
    assert counts["valence"] == 2 and counts["valence_adjudication"] == 1
    assert set(table("aspects")["aspect"]) == set(by["j"]) | set(by["main"])


def test_existing_data_is_annotated_where_it_is_the_source(tmp_path: Path) -> None:
    site = Site(tmp_path, people=2)
    rows = [{"q": f"Question {i}", "answers": [f"First {i}", f"Second {i}"]} for i in range(2)]
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    recipe = yaml.safe_load(site.recipe_file.read_text())
    recipe["source"] = {"file": {"path": "data.jsonl", "text": "q", "fields": {"responses": "answers"}}}
    recipe |= {"family": {"preferences": {"judging": "comparisons"}}, "roles": {"respond": "main", "judge": "panel"}}
    recipe["annotators"] = {"panel": [{"teacher": "people", "id": "p", "n": 2}]}
    site.recipe_file.write_text(yaml.safe_dump(recipe))
    site.start()
    with site.serving() as links:
        for link in links.values():
            browser = FormBrowser(site.url)
            page = browser.enter(link)
            assert "Response A" in page.text and {"preference", "strength"} <= page.options.keys()
            while page.action == "/item":
                first = page.text.index("First") < page.text.index("Second")
                given = {"preference": "A" if first else "B", "strength": "2"}
                page = browser.post("/item", {**page.hidden, **given})
    table = site.build()
    verdicts = table("annotations").filter(pl.col("aspect") == "preference")
    assert len(verdicts) == 2 * 2 * 2 and set(verdicts["label"]) == {"first"}
    assert table("pairs")["preferred"].to_list() == ["first", "first"]


def test_the_status_shows_progress_access_and_anonymity(site: Site) -> None:
    with site.serving() as links:
        browser = FormBrowser(site.url)
        browser.submit(browser.enter(links["p-1"]), last)
    site.people.revoke("p-2")
    found = status(site.run, site.people)
    first, second = found.annotators
    assert (first.access, first.consented, first.answered, first.open, first.median_seconds) == (
        "opened",
        True,
        1,
        5,
        0.0,
    )
    assert (second.access, second.consented, second.answered, second.open) == ("revoked", False, 0, 6)
    assert (found.anonymity.smallest, found.anonymity.exposed, found.anonymity.k) == (1, 1, 5)


def test_the_status_says_where_no_people_are_recorded(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    print_status(status(site.run, site.people), as_json=False)
    shown = capsys.readouterr()
    assert "served with --people?" in shown.err and "No attributes are declared yet." in shown.out
    site.people.invite("p-1", days=1)
    print_status(status(site.run, site.people), as_json=False)
    assert "--people" not in capsys.readouterr().err
