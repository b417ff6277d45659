from collections.abc import Callable

from pluriset.builders.curation.mask import Mask
from pluriset.tests.builders.curation.bench import Bench, annotator, consideration, situation, votes
from pluriset.validators.checks.texts.contact_details import ContactDetails
from pluriset.validators.tables.sql import connect

Make = Callable[..., Bench]
MAIL = "Mailing jo.doe@hospital.org about 4111-1111-1111-1111"


def texts(made: Bench, table: str, column: str) -> list[str]:
    return [text for (text,) in made.connection.sql(f"SELECT {column} FROM {table} ORDER BY _seq").fetchall()]


def test_what_leads_to_a_person_is_masked_in_every_text(bench: Make) -> None:
    made = bench(
        situation("s", MAIL),
        situation("t", "Calling +44 20 7946 0958 at night"),
        consideration("c", "s", explanation="Write to a@b.org."),
        annotator("w").model_copy(update={"description": "Reach me at (555) 010-9999."}),
    ).run(Mask())
    assert texts(made, "situations", "text") == ["Mailing [email] about [account]", "Calling [phone] at night"]
    assert texts(made, "considerations", "explanation") == ["Write to [email]."]
    assert texts(made, "annotators", "description") == ["Reach me at [phone]."]
    assert made.rejects() == []


def test_keys_stay_and_so_does_what_belongs_together(bench: Make) -> None:
    made = bench(situation("a@b.example", MAIL), consideration("c", "a@b.example"), *votes("c", "yes")).run(Mask())
    assert made.keys("situations") == ["a@b.example"]
    assert made.curation.place()["annotations"] == ["train"]


def test_masking_twice_changes_nothing(bench: Make) -> None:
    once = bench(situation("s", MAIL)).run(Mask())
    assert texts(once, "situations", "text") == texts(once.run(Mask()), "situations", "text")


def test_a_table_without_anything_to_mask_is_not_touched(bench: Make) -> None:
    made = bench(situation("s", "Paying 1,200.50 on 2026-11-24"), consideration("c", "s"))
    assert Mask().apply(made.curation.tables(), 0).changed == {}


def test_texts_in_lists_and_structs_are_masked_and_found_too() -> None:
    with connect() as connection:
        rows = connection.sql(
            """SELECT 1 AS _row, [{'said': ['a@b.org', NULL], 'n': 1}, NULL] AS turns,
            {'by': {'mail': 'Write to e@f.org'}} AS meta, ['-8.1234567890123456'] AS numbers, 'x' AS text"""
        )
        masked = Mask().apply({"t": rows}, 0).changed["t"]
        assert masked.types == rows.types
        assert masked.fetchall() == [
            (
                1,
                [{"said": ["[email]", None], "n": 1}, None],
                {"by": {"mail": "Write to [email]"}},
                ["-8.1234567890123456"],
                "x",
            )
        ]
        found = ContactDetails().failing({"*": rows}).order('"column"').fetchall()
        assert [column for _, column, _ in found] == ["meta.by.mail", "turns[].said[]"]
        assert ContactDetails().failing({"*": masked}).fetchall() == [] == list(Mask().apply({"t": masked}, 0).changed)
