"""ValuePrism, the dataset of Value Kaleidoscope (arXiv 2309.00779): https://huggingface.co/datasets/allenai/ValuePrism."""

from __future__ import annotations

from typing import ClassVar, Literal

from ..published_dataset import Config, Licence, PublishedDataset, Rule, Translation, View
from ..row import Row
from ..split_rule import one_split
from ..valueprism_sql import RELEVANT, SPLITS, into_ours, into_theirs

Valence = Literal["Supports", "Opposes", "Either"]


class Statement(Row):
    """A value, right or duty in a situation."""

    situation: str
    """The situation, mostly an action phrase."""
    vrd: Literal["Value", "Right", "Duty"]
    """Whether the text names a value, a right or a duty."""
    text: str
    """The value, right or duty in a few words."""


class Full(Statement):
    """A statement with its explanation and its one valence."""

    explanation: str
    """Why it is at stake in the situation."""
    valence: Valence
    """Whether it supports what the situation describes, opposes it, or could do either."""


class Pair(Statement):
    """A statement as a sequence-to-sequence task."""

    input: str
    """What a model is given."""
    output: str
    """What it should answer."""


class ValencePair(Pair):
    """A statement whose valence is asked for."""

    valence: Valence
    """The answer, as in `full`."""


# The wording is ours. {0}, {1} and {2} are situation, vrd and text.


class ValuePrism(PublishedDataset):
    """Situations with values, rights and duties, and the four tasks made of them."""

    title = "ValuePrism"
    family = "values"
    configs: ClassVar = {
        "full": Config(Full, only_split="train"),
        "mixture": Config(Pair),
        "generative": Config(Pair),
        "relevance": Config(Pair),
        "explanation": Config(Pair),
        "valence": Config(ValencePair),
    }
    file_format: ClassVar = "csv"
    splits: ClassVar = SPLITS
    licence = Licence(
        name="AI2 ImpACT License - Medium Risk Artifacts",
        url="https://huggingface.co/datasets/allenai/ValuePrism",
        gated=True,
    )
    citation = """\
@inproceedings{sorensen2024value,
  title = {Value Kaleidoscope: Engaging AI with Pluralistic Human Values, Rights, and Duties},
  author = {Sorensen, Taylor and Jiang, Liwei and Hwang, Jena and Levine, Sydney and Pyatkin, Valentina and West, Peter
    and Dziri, Nouha and Lu, Ximing and Rao, Kavel and Bhagavatula, Chandra and Sap, Maarten and Tasioulas, John
    and Choi, Yejin},
  booktitle = {AAAI Conference on Artificial Intelligence},
  year = {2024},
  note = {arXiv:2309.00779}
}"""
    evidence = (
        "Dataset card: the configs, their splits, CSV, the columns of full, and that the target of generative is "
        "`Vrd: text`. Public loaders: that full has every row in one split, and that tasks have situation and text, "
        "valence also valence. Not known: the wording of the prompts and how negatives were drawn."
    )
    notes = (
        "`full` has all rows in one split `train`, also those that the tasks have in `val` and `test`: that is how its "
        "users load ValuePrism. Its files are still one for each split.",
        "`valence` is the label that most annotators gave. Where they tie, or all abstain, there is no such label and "
        "the row is left out; the run has the judgement of each of them.",
        f"`relevance` pairs every statement that is relevant (mean relevance of at least {RELEVANT}) with one that is "
        "not: drawn from a bounded number of statements of other situations of its split, of the same kind if one is "
        "among them, never one that is listed for this situation. This is our definition, not that of the paper.",
        "The wording of `input` is ours, and so are the names of the columns `input` and `output`.",
        'Empty cells and texts such as "None" are text: read the files with `keep_default_na=False`, as '
        "`load_dataset` does here.",
    )
    views: ClassVar = (
        View(
            "items",
            """SELECT DISTINCT ON (situation, split) situation AS item_id, situation AS text, split FROM theirs."full"
            """,
        ),
        View(
            "annotations",
            """SELECT 'statements' AS item_table, concat_ws(': ', situation, vrd, text) AS item_id,
            'valueprism' AS annotator_id, 'valence' AS aspect, lower(valence) AS label FROM theirs."full"
            """,
        ),
    )
    rules: ClassVar = {
        "listed_once": Rule(
            "A statement is listed once, with one valence",
            "are|is listed more than once",
            """SELECT norm(situation) AS situation, vrd, norm(text) AS text,
            CASE WHEN count(DISTINCT valence) > 1 THEN 'with several valences' ELSE count(*) || ' times' END AS problem
            FROM theirs."full" GROUP BY ALL HAVING count(*) > 1""",
            severity="warning",
            unit="statements",
            per="norm(situation), vrd, norm(text)",
        ),
        "one_split": one_split(
            "No situation is in more than one split", "full", "situation", "situations", of="norm(situation)"
        ),
        "relevance_balanced": Rule(
            "The relevance task has as many Yes as No",
            "have|has an unbalanced relevance task",
            """SELECT split, count_if(output = 'Yes') || ' Yes, ' || count_if(output = 'No') || ' No' AS problem
            FROM theirs.relevance GROUP BY split HAVING count_if(output = 'Yes') <> count_if(output = 'No')""",
            severity="warning",
            unit="splits",
            per="split",
        ),
        "negatives_not_listed": Rule(
            "A statement that is not relevant is not listed",
            "label|labels a listed statement as not relevant",
            """SELECT n.situation, n.vrd, n.text, 'answered No, but listed in full' AS problem
            FROM theirs.relevance n SEMI JOIN theirs."full" f ON n.output = 'No'
            AND norm(n.situation) = norm(f.situation) AND n.vrd = f.vrd AND norm(n.text) = norm(f.text)""",
        ),
    }

    seed: int = 0
    """Draws other negatives, and another order of the mixture."""

    def from_tables(self) -> Translation:
        """Rows of `full` are considerations with a majority of valence; all else is made of them."""
        return into_theirs(self.seed)

    def to_tables(self) -> Translation:
        """Every row of `full` was written and judged by one model; the abstract names GPT-4 for the published one."""
        return into_ours()
