"""The formats of LMFlow, for RAFT (arXiv 2304.06767): https://github.com/OptimalScale/LMFlow."""

from __future__ import annotations

from typing import ClassVar

from ..field_docs import Documented
from ..pairs_sql import DECIDED
from ..published_dataset import Config, Licence, Translation
from ..row import Row
from ._pair_format import PairFormat


class Instance(Documented):
    """A prompt with a response."""

    input: str
    """The prompt."""
    output: str
    """The response."""


class Instances(Row):
    """The one object of a file."""

    type: str
    """`text2text`."""
    instances: list[Instance]
    """Prompts with their best response."""


class Paired(Row):
    """What a reward model is trained on."""

    positive: str
    """Prompt and preferred response."""
    negative: str
    """Prompt and the other."""


class LMFlow(PairFormat):
    """The best response to each prompt, and pairs of texts, as LMFlow loads them."""

    title = "LMFlow"
    configs: ClassVar = {"text2text": Config(Instances), "paired": Config(Paired)}
    file_format = "jsonl"
    licence = Licence(name="that of the run", url="https://github.com/OptimalScale/LMFlow")
    citation = """\
@article{dong2023raft,
  title = {{RAFT}: Reward rAnked FineTuning for Generative Foundation Model Alignment},
  author = {Dong, Hanze and others},
  journal = {arXiv preprint arXiv:2304.06767},
  year = {2023}
}"""
    evidence = "The code of LMFlow."

    def from_tables(self) -> Translation:
        """`text2text` has the response with most wins less losses for each prompt, the earlier one of two equal."""
        best = f"""SELECT any_value(split) AS split, prompt_id, any_value(prompt) AS input, text AS output
            FROM (SELECT *, unnest([first, second]) AS text, unnest([first_place, second_place]) AS place,
                unnest([if(preferred = 'first', 1, -1), if(preferred = 'second', 1, -1)]) AS won FROM {DECIDED})
            GROUP BY prompt_id, place, text
            QUALIFY row_number() OVER (PARTITION BY prompt_id ORDER BY sum(won) DESC, place) = 1"""
        instances = """SELECT split, 'text2text' AS type,
            list({'input': input, 'output': output} ORDER BY prompt_id) AS instances FROM _best GROUP BY split"""
        paired = f"""SELECT split, concat_ws(chr(10) || chr(10), prompt, chosen) AS positive,
            concat_ws(chr(10) || chr(10), prompt, rejected) AS negative FROM {DECIDED}"""
        return self.configs_from({"text2text": instances, "paired": paired}, {"_best": best})
