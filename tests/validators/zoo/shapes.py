"""Shapes of plural datasets, each a function of a random generator; as generated, nothing is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

Rows = list[dict[str, Any]]
Dataset = dict[str, Rows]
"""File name -> its records."""
Shape = Callable[[Random], Dataset]

N = 60
WHO = ["A nurse", "A teacher", "My neighbour", "The mayor", "A driver", "Our coach", "A lawyer", "The cook", "A farmer"]
DID = ["hides", "sells", "borrows", "burns", "lends", "repairs", "forgets", "copies", "returns", "paints", "breaks"]
WHAT = ["a letter", "the ladder", "old keys", "a violin", "two tickets", "the diary", "a bicycle", "some medicine"]
WHY = ["to help a friend", "before the storm", "out of fear", "for the children", "after the vote", "to save time"]
WHERE = ["in Lisbon", "at the harbour", "near the school", "on the island", "by the river", "in the old town"]
VALUES = ["honesty", "loyalty", "safety", "fairness", "freedom", "care", "respect", "courage", "humility", "patience"]


def sentences(random: Random, n: int, end: str = ".") -> list[str]:
    """Distinct sentences."""
    made: dict[str, None] = {}
    while len(made) < n:
        parts = [random.choice(words) for words in (WHO, DID, WHAT, WHY, WHERE)]
        made[" ".join(parts) + f" on day {random.randrange(900)}{end}"] = None
    return [*made]


def items(random: Random) -> Dataset:
    """One label for each item."""
    texts = sentences(random, N)
    return {"posts.csv": [{"post_id": f"p{i}", "text": t, "label": random.choice(["right", "wrong", "unclear"])}
        for i, t in enumerate(texts)]}  # fmt: skip


def long_labels(random: Random) -> Dataset:
    """A row for each judgement."""
    texts = sentences(random, N)
    rows = [{"item_id": f"i{i}", "text": t, "annotator_id": f"w{a}", "label": random.choice(["yes", "no"])}
        for i, t in enumerate(texts) for a in random.sample(range(8), 3)]  # fmt: skip
    return {"judgements.csv": rows}


def long_scores(random: Random) -> Dataset:
    """A row for each score, with attributes of the annotators."""
    people = [{"gender": "woman" if a % 2 else "man"} for a in range(12)]
    rows = [{"comment-id": f"c{i}", "comment": t, "rater": f"r{a}", "score": random.randint(1, 5), **people[a]}
        for i, t in enumerate(sentences(random, N)) for a in random.sample(range(12), 4)]  # fmt: skip
    return {"scores.csv": rows}


def chosen_rejected(random: Random) -> Dataset:
    """Preference pairs under a prompt."""
    prompts, texts = sentences(random, N, "?"), sentences(random, 2 * N)
    return {
        "pairs.jsonl": [
            {"prompt": p, "chosen": texts[2 * i], "rejected": texts[2 * i + 1]} for i, p in enumerate(prompts)
        ]
    }


def sides_with_preferred(random: Random) -> Dataset:
    """Two responses and which is better."""
    prompts, texts = sentences(random, N, "?"), sentences(random, 2 * N)
    rows = [{"prompt": p, "response_a": texts[2 * i], "response_b": texts[2 * i + 1], "preferred": random.choice("ab")}
        for i, p in enumerate(prompts)]  # fmt: skip
    return {"compared.jsonl": rows}


def dialogues(random: Random) -> Dataset:
    """Dialogues as HH writes them, the prompt inside both sides."""
    prompts, texts = sentences(random, N, "?"), sentences(random, 2 * N)
    both = [(f"\n\nHuman: {p}\n\nAssistant: {texts[2 * i]}", f"\n\nHuman: {p}\n\nAssistant: {texts[2 * i + 1]}")
        for i, p in enumerate(prompts)]  # fmt: skip
    return {"hh.jsonl": [{"chosen": a, "rejected": b} for a, b in both]}


def messages(random: Random) -> Dataset:
    """Dialogues as lists of messages."""
    prompts, texts = sentences(random, N, "?"), sentences(random, 2 * N)

    def turn(prompt: str, answer: str) -> list[dict[str, str]]:
        return [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]

    return {
        "trl.jsonl": [
            {"chosen": turn(p, texts[2 * i]), "rejected": turn(p, texts[2 * i + 1])} for i, p in enumerate(prompts)
        ]
    }


def choices_in_lists(random: Random) -> Dataset:
    """Questions with a list of options."""
    rows: Rows = []
    for i, question in enumerate(sentences(random, N, "?")):
        options = [f"{v} first" for v in random.sample(VALUES, 4)]
        rows.append(
            {"question_id": f"q{i}", "question": question, "options": options, "answer": random.choice(options)}
        )
    return {"questions.jsonl": rows}


def choices_in_columns(random: Random) -> Dataset:
    """Questions with a column for each option."""
    rows: Rows = []
    for i, question in enumerate(sentences(random, N, "?")):
        options = dict(
            zip(("option_a", "option_b", "option_c"), (f"{v} first" for v in random.sample(VALUES, 3)), strict=True)
        )
        rows.append({"id": f"q{i}", "question": question, **options, "answer": random.choice("abc")})
    return {"quiz.csv": rows}


def votes(random: Random) -> Dataset:
    """Counts of votes for two sides."""
    rows: Rows = []
    for i, text in enumerate(sentences(random, N)):
        yes = random.randint(1, 9)
        rows.append({"id": f"v{i}", "scenario": text, "votes_yes": yes, "votes_no": 10 - yes, "total_votes": 10})
    return {"votes.csv": rows}


def distributions(random: Random) -> Dataset:
    """Shares of answers by country."""
    rows: Rows = []
    for i, question in enumerate(sentences(random, N, "?")):
        for country in ("Chile", "Kenya", "Japan"):
            share = random.randint(5, 95) / 100
            options, shares = ["agree", "disagree"], [share, round(1 - share, 2)]
            rows.append(
                {"qid": f"q{i}", "question": question, "country": country, "options": options, "distribution": shares}
            )
    return {"opinions.jsonl": rows}


def values_in_lists(random: Random) -> Dataset:
    """Values that each action touches."""
    rows = [{"action_id": f"a{i}", "action": t, "values": random.sample(VALUES, random.randint(2, 4))}
        for i, t in enumerate(sentences(random, N))]  # fmt: skip
    return {"actions.jsonl": rows}


def judgements_in_objects(random: Random) -> Dataset:
    """Judgements by annotator in a cell."""
    rows: Rows = []
    for i, text in enumerate(sentences(random, N)):
        judged = {f"A{a}": random.choice(["toxic", "fine"]) for a in random.sample(range(6), 3)}
        rows.append({"id": f"i{i}", "text": text, "annotations": judged})
    return {"objects.jsonl": rows}


def judgements_in_lists(random: Random) -> Dataset:
    """A list of judgements in a cell."""
    rows = [{"id": f"i{i}", "text": t, "annotations": [{"annotator": f"A{a}", "label": random.choice(["toxic", "fine"])}
        for a in random.sample(range(6), 3)]} for i, t in enumerate(sentences(random, N))]  # fmt: skip
    return {"lists.jsonl": rows}


def judgements_beside_names(random: Random) -> Dataset:
    """Labels joined by commas beside the names of who gave them."""
    rows: Rows = []
    for i, text in enumerate(sentences(random, N)):
        labels = [random.choice("01") for _ in range(3)]
        who = [f"A{a}" for a in random.sample(range(6), 3)]
        rows.append({"id": f"i{i}", "text": text, "annotations": ",".join(labels), "annotators": ",".join(who)})
    return {"joined.jsonl": rows}


def factorial(random: Random) -> Dataset:
    """Templates filled for every cell of a design."""
    rows: Rows = []
    for template, question in enumerate(sentences(random, 12, "?")):
        for age in (20, 40, 60):
            for gender in ("woman", "man"):
                text = f"A {age}-year-old {gender} asks us. {question} Should we say yes?"
                rows.append({"decision_id": template, "age": age, "gender": gender, "filled_template": text})
    return {"design.jsonl": rows}


def wide_ratings(random: Random) -> Dataset:
    """A row for each person and a column for each item."""
    people = [{"participant_id": f"p{i}", "age": random.choice(["18-29", "30-49", "50+"]),
        **{f"rating_{item}": random.randint(1, 7) for item in range(1, 16)}} for i in range(N)]  # fmt: skip
    return {"matrix.csv": people}


def three_files(random: Random) -> Dataset:
    """Items, judgements and annotators in a file each."""
    texts = sentences(random, N)
    items_ = [{"item_id": f"i{i}", "text": text} for i, text in enumerate(texts)]
    people = [{"annotator_id": f"w{a}", "gender": "woman" if a % 2 else "man"} for a in range(12)]
    judged = [{"item_id": f"i{i}", "annotator_id": f"w{a}", "label": random.choice(["yes", "no"])}
        for i in range(N) for a in random.sample(range(12), 3)]  # fmt: skip
    return {"items.csv": items_, "annotators.csv": people, "annotations.csv": judged}


def splits(random: Random) -> Dataset:
    """A file for each split."""
    texts = sentences(random, 2 * N)
    rows = [{"id": f"s{i}", "statement": text, "label": random.choice(["a", "b"])} for i, text in enumerate(texts)]
    return {"train.csv": rows[:N], "test.csv": rows[N:]}


def variants(random: Random) -> Dataset:
    """Several variants of a scenario, with the topic of the scenario."""
    texts, topics = sentences(random, 3 * N), ["home", "work", "money", "family"]
    rows = [{"id": f"x{i}", "scenario_id": f"s{i // 3}", "topic": topics[(i // 3) % 4], "text": text}
        for i, text in enumerate(texts)]  # fmt: skip
    return {"variants.csv": rows}


SHAPES: tuple[Shape, ...] = (
    items, long_labels, long_scores, chosen_rejected, sides_with_preferred, dialogues, messages, choices_in_lists,
    choices_in_columns, votes, distributions, values_in_lists, judgements_in_objects, judgements_in_lists,
    judgements_beside_names, factorial, wide_ratings, three_files, splits, variants,
)  # fmt: skip


def content(name: str, rows: Rows) -> str:
    """A file as text: CSV or JSON lines."""
    if name.endswith(".jsonl"):
        return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    lines = [",".join(rows[0])] + [",".join(_cell(row.get(column)) for column in rows[0]) for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in '",\n') else text
