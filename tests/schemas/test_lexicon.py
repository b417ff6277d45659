"""Terms as whole words in any script, and masks that can be undone."""

from hypothesis import given
from hypothesis import strategies as st

from pluriset.schemas.lexicon import masked, occurrences, restored

TERMS = ("Sikh", "Sikhs", "सिख", "native", "native Hindu")


def test_terms_are_whole_words_in_any_case_and_script() -> None:
    text = "SIKHS of Sikhote, सिख, सिखाना, native Hindus, native Hindu"
    assert [each.term for each in occurrences(text, TERMS)] == ["SIKHS", "सिख", "native", "native Hindu"]
    assert occurrences(text, ()) == []


words = st.sampled_from(["Sikh", "sikhs", "सिख", "सिखाना", "a", "cook", ",", "Native Hindu"])


@given(st.lists(words, min_size=1).map(" ".join))
def test_every_term_can_be_masked_and_put_back(text: str) -> None:
    for found in occurrences(text, TERMS):
        assert text[found.start : found.end] == found.term
        assert restored(masked(text, found), found.term) == text
