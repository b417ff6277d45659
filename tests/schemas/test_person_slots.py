"""Texts about one person that become texts about another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pluriset.schemas.person_slots import TOKEN, person, token_edits, with_person_slots
from pluriset.schemas.slots import fill

KELLY = "Ms. Kelly Reed won; we thanked her, and her team knew that the idea was hers. She did it herself."


def test_a_text_about_her_becomes_one_about_him() -> None:
    template = with_person_slots(KELLY, "Kelly", "female")
    assert template == (
        "{title} {name} Reed won; we thanked {obj}, and {pos} team knew that the idea was {hers}. "
        "{Sub} did it {reflex}."
    )
    joseph = fill(template, person("Joseph", "male")).text
    assert joseph == (
        "Mr. Joseph Reed won; we thanked him, and his team knew that the idea was his. He did it himself."
    )
    assert with_person_slots(joseph, "Joseph", "male") == template
    edits = [(edit.before, edit.after) for edit in token_edits(KELLY, joseph)]
    assert edits == [
        ("Ms", "Mr"), ("Kelly", "Joseph"), ("her", "him"), ("her", "his"), ("hers", "his"), ("She", "He"),
        ("herself", "himself"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "gender", "reason"),
    [
        ("Mrs. Reed won.", "female", "do not give the text back"),
        ("They won.", "non-binary", "cannot be found"),
        ("{name} won.", "male", "has slots already"),
    ],
)
def test_a_text_that_cannot_be_given_back_is_refused(text: str, gender: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        with_person_slots(text, "Kelly", gender)


words = st.sampled_from(
    ["she", "Her", "her", "hers", "herself", "Kelly", "kelly", "Kelly's", "the", "team", ",", ".", "won"]
)


@given(st.lists(words, min_size=1).map(" ".join))
def test_every_text_is_given_back(text: str) -> None:
    template = with_person_slots(text, "Kelly", "female")
    assert fill(template, person("Kelly", "female")).text == text
    assert "Kelly" not in template


@given(st.text(max_size=60), st.text(max_size=60))
def test_edits_lead_from_one_text_to_the_other(first: str, second: str) -> None:
    tokens, place, built = TOKEN.findall(first), 0, ""
    for edit in token_edits(first, second):
        built += "".join(tokens[place : edit.position]) + edit.after
        place = edit.position + len(TOKEN.findall(edit.before))
    assert built + "".join(tokens[place:]) == second
