from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from pluriset.builders.annotation.form import form
from pluriset.builders.annotation.listed_options import listed
from pluriset.builders.annotation.reply import Unanswered, answer, given_of
from pluriset.builders.families import _preferences_judging
from pluriset.builders.families.values import Judgement, Values
from pluriset.schemas.forms import Form, Input
from pluriset.schemas.request import RE_ASK

QUESTION = "Situation: x\nvalue: Honesty\nrelevance: no / yes / abstain\nvalence: either / supports / abstain / opposes"


def of(model: type[BaseModel], question: str = "Question: x", narrow: Any = None) -> Form:
    turns = [{"role": "system", "content": "Judge."}, {"role": "user", "content": question}]
    return form(model.model_json_schema(), turns, narrow)


def test_labels_are_shown_in_the_order_that_the_question_lists() -> None:
    shown = of(Judgement, QUESTION)
    orders = {each.name: [choice.value for choice in each.choices] for each in shown.fields()}
    assert orders["relevance"] == ["no", "yes", "abstain"]
    assert orders["valence"] == ["either", "supports", "abstain", "opposes"]
    assert shown.question == "Situation: x\nvalue: Honesty" and shown.instruction == "Judge."


def test_a_titled_field_asks_its_question_and_the_text_stands_alone() -> None:
    class Judged(BaseModel):
        rude: Literal["no", "yes", "abstain"] = Field(title="Is it rude?")
        importance: Annotated[int, Field(ge=1, le=3)] | Literal["abstain"] = Field(title="Does it matter?")

    text = "Text: Is it rude?\nIs it rude?"
    asked = "Is it rude?\nDoes it matter?\nrude: yes / abstain / no\nimportance: 1 (not at all) to 3 (a lot)"
    shown = of(Judged, f"{text}\n\n{asked}")
    assert shown.question == text
    rude, importance = shown.fields()
    assert (rude.label, importance.label) == ("Is it rude?", "Does it matter?")
    assert [choice.text for choice in rude.choices] == ["yes", "abstain", "no"]
    assert [choice.text for choice in importance.choices] == ["1 (not at all)", "2", "3 (a lot)", "abstain"]


def test_letters_are_shown_with_their_texts() -> None:
    question = "Which one?\nB. the second\nA. the first"
    choices, kept = listed(question, "answer", ["A", "B", "abstain"])
    assert [(choice.value, choice.text) for choice in choices] == [
        ("B", "B. the second"),
        ("A", "A. the first"),
        ("abstain", "abstain"),
    ]
    assert kept == question


@pytest.mark.parametrize("line", ["I like: yes / no", "valence: yes / maybe", "valence: yes", "valence: yes / yes"])
def test_a_line_of_the_data_is_not_taken_for_a_list_of_options(line: str) -> None:
    choices, kept = listed(line, "valence", ["no", "yes", "abstain"])
    assert [choice.value for choice in choices] == ["no", "yes", "abstain"] and kept == line


def test_a_scale_with_an_abstention_is_one_choice() -> None:
    shown = of(_preferences_judging.rating_type(_preferences_judging.ATTRIBUTES))
    helpfulness = next(shown.fields())
    assert [choice.value for choice in helpfulness.choices] == [0, 1, 2, 3, 4, "abstain"]
    given = {"helpfulness": ["4"], "correctness": ["abstain"], "balance": ["0"]}
    assert answer(shown, given) == {"helpfulness": 4, "correctness": "abstain", "balance": 0}
    with pytest.raises(Unanswered) as wrong:
        answer(shown, {**given, "balance": ["5"]})
    assert wrong.value.problems == {"balance": "Please choose one of these."}


def test_a_listing_is_filled_in_block_by_block_or_declined() -> None:
    shown = of(Values(max_per_kind=2).listing)
    block = {"answer.0.values.1.text": ["Honesty"], "answer.0.values.1.explanation": ["It matters here."]}
    expected = {"values": [{"text": "Honesty", "explanation": "It matters here."}], "rights": [], "duties": []}
    assert answer(shown, block) == {"answer": expected}
    Values(max_per_kind=2).listing.model_validate({"answer": expected})
    assert answer(shown, {"answer.1.declined": ["No."]}) == {"answer": {"declined": "No."}}
    for wrong in ({}, {**block, "answer.1.declined": ["No."]}, {"answer.0.rights.0.text": ["Right to rest"]}):
        with pytest.raises(Unanswered):
            answer(shown, wrong)


def test_bounds_of_one_request_reach_the_form() -> None:
    class Letter(BaseModel):
        answer: str

    shown = of(Letter, "Which?\nB. two\nA. one", {"answer": {"enum": ["A", "B"]}})
    assert [choice.value for choice in next(shown.fields()).choices] == ["B", "A"]


def test_numbers_lists_and_texts_are_checked() -> None:
    class Mixed(BaseModel):
        age: float
        tags: list[str]
        sure: bool

    shown = of(Mixed)
    assert answer(shown, {"age": ["1,5"], "tags": ["a\n b \n\n"], "sure": ["True"]}) == {
        "age": 1.5,
        "tags": ["a", "b"],
        "sure": True,
    }
    with pytest.raises(Unanswered) as wrong:
        answer(shown, {"age": ["inf"], "sure": ["perhaps"]})
    assert wrong.value.problems == {"age": "Please give a number.", "sure": "Please choose one of these."}


def test_a_request_that_is_asked_again_shows_its_question() -> None:
    turns = [
        {"role": "user", "content": "Example: a"},
        {"role": "assistant", "content": '{"relevance": "yes", "valence": "either"}'},
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": "nonsense"},
        {"role": "user", "content": RE_ASK.content},
    ]
    shown = form(Judgement.model_json_schema(), turns)
    assert shown.again and shown.question.startswith("Situation: x")
    assert shown.examples == [("Example: a", "Relevance: yes\nValence: either")]


def test_a_given_answer_is_shown_again() -> None:
    shown = of(Judgement, QUESTION)
    value = {"relevance": "no", "valence": "either"}
    assert answer(shown, given_of(shown, value)) == value
    assert all(isinstance(part, Input) for part in shown.inputs.parts)
