import pytest

from pluriset.schemas.slots import Filled, article, cells, fill, slots, undo, with_articles

TEMPLATE = "{A} {race} {gender} says {sub} {has} hurt {reflex}, and {sub} {carries} {pos} bag. {Sub} {goes}."


@pytest.mark.parametrize(
    ("gender", "text"),
    [
        ("male", "An Asian male says he has hurt himself, and he carries his bag. He goes."),
        ("non-binary", "An Asian non-binary says they have hurt themself, and they carry their bag. They go."),
    ],
)
def test_pronouns_verbs_and_articles_agree_and_are_undone(gender: str, text: str) -> None:
    filled = fill(TEMPLATE, {"race": "Asian", "gender": gender})
    assert filled.text == text
    assert undo(TEMPLATE, filled) == TEMPLATE
    assert undo(TEMPLATE, Filled(filled.text.replace("bag", "bags"), filled.fills)) is None
    assert undo(TEMPLATE, Filled(filled.text, filled.fills[1:])) is None


def test_every_article_before_a_slot_is_a_slot() -> None:
    assert with_articles("A {race} person met an {age}-year-old at a shop") == (
        "{A} {race} person met {a} {age}-year-old at a shop"
    )
    assert slots(with_articles(with_articles("a {race}"))) == ["a", "race"]


@pytest.mark.parametrize(
    ("following", "expected"),
    [("80-year-old", "an"), ("18-year-old", "an"), ("100-year-old", "a"), ("Asian", "an"), ("union", "a"),
     ("unusual", "an"), ("hour", "an"), ("European", "a"), ("white", "a"), ("one-off", "a"), ("user", "a")],
)  # fmt: skip
def test_articles(following: str, expected: str) -> None:
    assert article(following) == expected


def test_a_design_is_crossed_completely_but_for_declared_holes() -> None:
    levels = {"age": ("20", "80"), "gender": ("male", "female")}
    assert len(cells(levels)) == 4
    assert cells(levels, [{"age": "20", "gender": "male"}])[0] == {"age": "20", "gender": "female"}
