from pathlib import Path

import pytest

import pluriset
from pluriset.builders.annotation.serve import only_server
from pluriset.builders.annotation.withdraw import withdraw
from pluriset.schemas.errors import RecipeError, RunError
from pluriset.tests.builders.annotation.conftest import Site
from pluriset.tests.servers.form_browser import FormBrowser

SECRET = "a reason nobody else would give"


def annotated(site: Site) -> None:
    """Everyone answers, `p-1` with a reason of their own."""
    with site.serving() as links:
        for annotator, link in links.items():
            browser = FormBrowser(site.url)
            page = browser.enter(link)
            while page.action == "/item":
                reason = SECRET if annotator == "p-1" else ""
                page = browser.submit(page, lambda _, options: options[-1] if options else "", reason=reason)


def files_with(folder: Path, text: str) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_who_withdraws_leaves_journal_batches_tables_and_aggregates(site: Site) -> None:
    annotated(site)
    pluriset.build(pluriset.recipe(site.recipe_file), site.run)
    before = pluriset.load(site.run)
    assert SECRET in before.polars("annotations").collect()["rationale"].to_list()
    done = pluriset.withdraw(site.run, "p-1", people=site.people.folder)
    assert done.records == 6 + 1 and done.batches == 1 and done.rebuild
    after = pluriset.load(site.run, verify=True)
    assert set(after.polars("annotators").collect()["annotator_id"]) == {"main", "p-2"}
    assert set(after.polars("annotations").collect()["annotator_id"]) == {"main", "p-2"}
    assert set(after.polars("aggregates").collect()["n"]) <= {1, 2}
    assert not files_with(site.run, SECRET) and not files_with(site.people.folder, 'Kenya"},\n   "name')
    person = site.people.all()["p-1"]
    assert (person.name, person.token, person.session, person.consent, person.withdrawn) == (
        None,
        None,
        None,
        None,
        True,
    )
    assert withdraw(site.run, "p-1", site.people).records == 0  # again does no harm
    assert set(site.build()("annotators")["annotator_id"]) == {"main", "p-2"}  # and they are asked nothing


def test_texts_that_quote_who_withdrew_go_too(tmp_path: Path) -> None:
    site = Site(tmp_path, people=1, situations=1)
    text = site.recipe_file.read_text().replace("write: main", "write: people_write")
    text = text.replace("panel:", "people_write:\n  - {teacher: people, id: w}\n  panel:")
    site.recipe_file.write_text(text)
    site.start()
    with site.serving() as links:
        browser = FormBrowser(site.url)
        page = browser.enter(links["w"])
        filled = {"answer.0.values.0.text": "Courage", "answer.0.values.0.explanation": "It takes courage to say so."}
        browser.post("/item", {**page.hidden, **filled})
    site.start()  # the models judge what was written
    assert files_with(site.run / "journal", "Courage")
    pluriset.withdraw(site.run, "w", people=site.people.folder)
    assert not files_with(site.run / "journal", "Courage")
    with pytest.raises(RunError, match="everyone who answers for a role withdrew"):
        site.build()


def test_nobody_withdraws_while_the_server_runs_or_without_being_asked(site: Site) -> None:
    with only_server(site.run), pytest.raises(RunError, match="annotation server"):
        pluriset.withdraw(site.run, "p-1", people=site.people.folder)
    with pytest.raises(RecipeError, match="no person of this run"):
        pluriset.withdraw(site.run, "main", people=site.people.folder)
    with pytest.raises(RecipeError, match="inside the run"):
        pluriset.withdraw(site.run, "p-1", people=site.run / "people")
