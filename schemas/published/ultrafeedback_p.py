"""UltraFeedback-P, the pairs of VPL (arXiv 2408.10075): https://github.com/WEIRDLabUW/vpl_llm."""

from __future__ import annotations

from typing import Annotated, ClassVar

from ..field_docs import Documented
from ..left_out import left_out
from ..published_dataset import Config, Known, Licence, PublishedDataset, Rule, Translation, View
from ..row import Row
from ..split_rule import one_split


class ContextPair(Documented):
    """A pair of the survey that the user has labelled."""

    prompt: str
    """The prompt."""
    chosen: str
    """What the user prefers."""
    rejected: str
    """The other."""


class UserPair(Row):
    """A pair as one type of user labels it."""

    Index: int
    """Number of the row."""
    original_idx: int
    """Number of the pair, the same for all users."""
    prompt: str
    """The prompt."""
    chosen: str
    """What the user prefers."""
    rejected: str
    """The other."""
    data_subset: str
    """The user."""
    controversial: bool
    """Whether users differ on the pair."""
    reversed: bool
    """Whether the user prefers what was rejected originally."""
    satisfied_subset: Annotated[bool | None, Known("recalled")] = None
    """Whether the user agrees with the original label."""
    survey_options: bool
    """Whether the pair is in the survey."""
    contexts: Annotated[list[ContextPair], Known("recalled")]
    """Pairs of the survey that the user has labelled."""
    context_length: int
    """How many."""


PAIRS = """
SELECT l.*, p.text AS prompt, CASE preferred WHEN 'first' THEN f.text ELSE s.text END AS chosen,
    CASE preferred WHEN 'first' THEN s.text ELSE f.text END AS rejected,
    CAST(row_number() OVER (ORDER BY label_id) - 1 AS BIGINT) AS number,
    CAST(dense_rank() OVER (ORDER BY comparison_id) - 1 AS BIGINT) AS pair
FROM ours.labels l JOIN ours.prompts p USING (prompt_id) JOIN ours.comparisons c USING (comparison_id)
JOIN ours.responses f ON f.response_id = first_id JOIN ours.responses s ON s.response_id = second_id
WHERE preferred IS NOT NULL AND original IS NOT NULL
"""
CONTEXTS = """
SELECT c.label_id, list({'prompt': o.prompt, 'chosen': o.chosen, 'rejected': o.rejected} ORDER BY place) AS contexts
FROM (SELECT label_id, unnest(pairs) AS pair, generate_subscripts(pairs, 1) AS place FROM ours.contexts) c
JOIN _pairs l USING (label_id)
JOIN _pairs o ON o.comparison_id = c.pair.comparison_id AND o.user_id = l.user_id GROUP BY c.label_id
"""
ROWS = """
SELECT number AS "Index", pair AS original_idx, prompt, chosen, rejected, user_id AS data_subset, controversial,
    reversed, NOT reversed AS satisfied_subset, surveyed AS survey_options, coalesce(contexts, []) AS contexts,
    len(coalesce(contexts, [])) AS context_length, MAP {'train': 'train', 'validation': 'test', 'test': 'test'}[split]
        AS split
FROM _pairs LEFT JOIN _contexts USING (label_id) ORDER BY number
"""
LABELLED = """
SELECT *, lpad(CAST(original_idx AS VARCHAR), 9, '0') AS prompt_id,
    lpad(CAST("Index" AS VARCHAR), 9, '0') || '/' || data_subset AS label_id,
    CASE WHEN reversed THEN rejected ELSE chosen END AS first,
    CASE WHEN reversed THEN chosen ELSE rejected END AS second,
    CASE WHEN reversed THEN 'second' ELSE 'first' END AS preferred
FROM theirs.pairs
"""
SHOWN = """
SELECT c.split, c.label_id, place, o.prompt_id AS comparison_id, o.preferred
FROM (SELECT split, label_id, data_subset, unnest(contexts) AS pair, generate_subscripts(contexts, 1) AS place
    FROM _labelled) c
LEFT JOIN (FROM _labelled QUALIFY row_number() OVER (
        PARTITION BY data_subset, prompt, chosen, rejected ORDER BY label_id) = 1) o
    ON o.data_subset = c.data_subset AND o.prompt = c.pair.prompt AND o.chosen = c.pair.chosen
    AND o.rejected = c.pair.rejected
"""
PAIR = "FROM (FROM _labelled QUALIFY row_number() OVER (PARTITION BY prompt_id ORDER BY label_id) = 1)"
TABLES = {
    "prompts": f"""SELECT split, prompt_id, prompt AS text, [] AS turns, 'UltraFeedback-P' AS source,
        [first, second] AS responses, [] AS ratings {PAIR} ORDER BY prompt_id""",
    "responses": f"""SELECT split, prompt_id || '/' || place AS response_id, prompt_id, place, text, 0 AS sample,
        '' AS digest FROM (SELECT split, prompt_id, unnest([0, 1]) AS place, unnest([first, second]) AS text {PAIR})
        ORDER BY response_id""",
    "comparisons": f"""SELECT split, prompt_id AS comparison_id, prompt_id, prompt_id || '/0' AS first_id,
        prompt_id || '/1' AS second_id {PAIR} ORDER BY prompt_id""",
    "users": "SELECT DISTINCT 'train' AS split, data_subset AS user_id, [] AS weights FROM _labelled ORDER BY user_id",
    "labels": """SELECT split, label_id, prompt_id AS comparison_id, data_subset AS user_id, prompt_id, preferred,
        false AS tied, 'first' AS original, reversed, controversial, survey_options AS surveyed
        FROM _labelled ORDER BY label_id""",
    "contexts": """SELECT any_value(split) AS split, label_id,
        list({'comparison_id': comparison_id, 'preferred': preferred} ORDER BY place) AS pairs, count(*) AS length,
        false AS identifies FROM _shown WHERE comparison_id IS NOT NULL GROUP BY label_id ORDER BY label_id""",
}
REASON = """CASE WHEN preferred IS NULL THEN 'the user prefers neither' WHEN original IS NULL THEN
    'a rating is missing' END"""


class UltraFeedbackP(PublishedDataset):
    """Pairs labelled by types of users, with context that tells the users apart."""

    title = "UltraFeedback-P"
    family = "users"
    configs: ClassVar = {"pairs": Config(UserPair)}
    file_format: ClassVar = "jsonl"
    splits: ClassVar = {"train": "train", "test": "test"}
    licence = Licence(name="MIT", url="https://github.com/WEIRDLabUW/vpl_llm")
    citation = """\
@article{poddar2024vpl,
  title = {Personalizing Reinforcement Learning from Human Feedback with Variational Preference Learning},
  author = {Poddar, Sriyash and Wan, Yanming and Ivison, Hamish and Gupta, Abhishek and Jaques, Natasha},
  journal = {arXiv preprint arXiv:2408.10075},
  year = {2024}
}"""
    evidence = (
        "The code of the repository: the columns and how users label. Not known: the fields of a context, and the "
        "type of `satisfied_subset`; here it says whether the user agrees with the original label, which is ours."
    )
    notes = (
        "A validation split of the run is part of `test`: the dataset has no other.",
        "Ties were drawn once for each pair, alike for all users; the run marks them as `tied`.",
    )
    rules: ClassVar = {
        "one_label_per_user": Rule(
            "A pair has one label for each user",
            "have|has several labels of a user",
            """SELECT original_idx, data_subset, count(*) || ' labels' AS problem FROM theirs.pairs
            GROUP BY ALL HAVING count(*) > 1""",
            unit="pairs",
            per="original_idx, data_subset",
        ),
        "controversial_recomputes": Rule(
            "A pair is controversial where users prefer different responses",
            "are|is marked otherwise than the users label it",
            """SELECT original_idx, 'marked ' || bool_or(controversial) AS problem FROM theirs.pairs
            GROUP BY original_idx HAVING bool_or(controversial) <> (count(DISTINCT chosen) > 1)""",
            unit="pairs",
            per="original_idx",
        ),
        "prompt_in_one_split": one_split("No prompt is in more than one split", "pairs", "prompt", "prompts"),
    }
    views: ClassVar = (
        View(
            "pairs",
            """SELECT "Index"::VARCHAR AS pair_id, prompt, chosen AS first, rejected AS second, 'first' AS preferred,
            split, original_idx::VARCHAR AS group_id, data_subset AS annotator_id FROM theirs.pairs""",
        ),
    )
    example: ClassVar = {
        "pairs": [
            {
                "Index": 2 * n + place,
                "original_idx": n,
                "prompt": f"Talk about pet {n}.",
                "chosen": f"Dogs {n}." if place else f"Cats {n}.",
                "rejected": f"Cats {n}." if place else f"Dogs {n}.",
                "data_subset": user,
                "controversial": True,
                "reversed": bool(place),
                "survey_options": False,
                "contexts": [{"prompt": "Talk about a pet.", "chosen": "Cats.", "rejected": "Dogs."}],
                "context_length": 1,
            }
            for n in (0, 1)
            for place, user in enumerate(("cats", "dogs"))
        ]
    }

    def from_tables(self) -> Translation:
        """One row for each label that chooses, with the text of its context."""
        return Translation(
            steps={"_pairs": PAIRS, "_contexts": CONTEXTS},
            rows={"pairs": ROWS},
            rejects=left_out("labels", "label_id", REASON, "ours.labels"),
        )

    def to_tables(self) -> Translation:
        """Every label; the first response of a pair is the one that was chosen originally.

        `satisfied_subset` follows from `reversed`, rows and pairs are numbered anew in their order, and a pair of a
        context that is no labelled pair of the same user is left out.
        """
        reason = "CASE WHEN comparison_id IS NULL THEN 'a pair of its context is none that the user labels' END"
        rejects = left_out("contexts", "label_id || '/' || place", reason, "_shown")
        return Translation(steps={"_labelled": LABELLED, "_shown": SHOWN}, rows=TABLES, rejects=rejects)
