"""What licences and providers' terms of use require of a derived dataset.

Our reading, not legal advice: each entry links to its source. Licences that are not listed are unknown, and never
assumed to be free.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

CC = "https://creativecommons.org/licenses"


class Terms(NamedTuple):
    """Requirements of a licence or of a provider's terms of use."""

    link: str
    """URL of the text."""
    attribution: bool = True
    """Whether attribution is required."""
    commercial: bool = True
    """Whether commercial use is allowed."""
    derivatives: bool = True
    """Whether derivatives may be shared."""
    same: tuple[str, ...] = ()
    """Share-alike: licences that derivatives may have; empty if any."""
    forbids: str = ""
    """Use of a derived dataset that is forbidden, where no licence of the Hub says so."""
    notice: str = ""
    """Notice that users of the dataset must get."""


COMPETING = "to develop models that compete with those of the provider"

LICENCES: dict[str, Terms] = {
    "cc0-1.0": Terms("https://creativecommons.org/publicdomain/zero/1.0/", attribution=False),
    "pddl": Terms("https://opendatacommons.org/licenses/pddl/1-0/", attribution=False),
    "unlicense": Terms("https://unlicense.org/", attribution=False),
    "cc-by-2.0": Terms(f"{CC}/by/2.0/"),
    "cc-by-2.5": Terms(f"{CC}/by/2.5/"),
    "cc-by-3.0": Terms(f"{CC}/by/3.0/"),
    "cc-by-4.0": Terms(f"{CC}/by/4.0/"),
    "odc-by": Terms("https://opendatacommons.org/licenses/by/1-0/"),
    "apache-2.0": Terms("https://www.apache.org/licenses/LICENSE-2.0"),
    "mit": Terms("https://opensource.org/license/mit"),
    "bsd-3-clause": Terms("https://opensource.org/license/bsd-3-clause"),
    "cdla-permissive-1.0": Terms("https://cdla.dev/permissive-1-0/"),
    "cdla-permissive-2.0": Terms("https://cdla.dev/permissive-2-0/", attribution=False),
    "cc-by-sa-3.0": Terms(f"{CC}/by-sa/3.0/", same=("cc-by-sa-3.0", "cc-by-sa-4.0")),
    "cc-by-sa-4.0": Terms(f"{CC}/by-sa/4.0/", same=("cc-by-sa-4.0",)),
    "odbl": Terms("https://opendatacommons.org/licenses/odbl/1-0/", same=("odbl",)),
    "cdla-sharing-1.0": Terms("https://cdla.dev/sharing-1-0/", same=("cdla-sharing-1.0",)),
    "cc-by-nc-2.0": Terms(f"{CC}/by-nc/2.0/", commercial=False),
    "cc-by-nc-3.0": Terms(f"{CC}/by-nc/3.0/", commercial=False),
    "cc-by-nc-4.0": Terms(f"{CC}/by-nc/4.0/", commercial=False),
    "cc-by-nc-sa-2.0": Terms(
        f"{CC}/by-nc-sa/2.0/", commercial=False, same=("cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0")
    ),
    "cc-by-nc-sa-3.0": Terms(f"{CC}/by-nc-sa/3.0/", commercial=False, same=("cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0")),
    "cc-by-nc-sa-4.0": Terms(f"{CC}/by-nc-sa/4.0/", commercial=False, same=("cc-by-nc-sa-4.0",)),
    "cc-by-nd-4.0": Terms(f"{CC}/by-nd/4.0/", derivatives=False),
    "cc-by-nc-nd-3.0": Terms(f"{CC}/by-nc-nd/3.0/", commercial=False, derivatives=False),
    "cc-by-nc-nd-4.0": Terms(f"{CC}/by-nc-nd/4.0/", commercial=False, derivatives=False),
    "llama2": Terms(
        "https://ai.meta.com/llama/license/",
        attribution=False,
        same=("llama2",),
        forbids="to improve any other large language model than Llama 2 and its derivatives (1.b.v)",
    ),
    "llama3": Terms(
        "https://llama.meta.com/llama3/license/",
        same=("llama3",),
        forbids="to improve any other large language model than Llama 3 and its derivatives (1.b.v)",
    ),
    **{
        f"llama{version}": Terms(
            f"https://www.llama.com/llama{version.replace('.', '_')}/license/",
            notice='The name of a distributed model that is trained with this dataset begins with "Llama" (1.b.i).',
        )
        for version in ("3.1", "3.2", "3.3", "4")
    },
    "gemma": Terms(
        "https://ai.google.dev/gemma/terms",
        attribution=False,
        notice="A model that is made to behave like Gemma by training on this dataset is a Model Derivative and bound "
        "by the Gemma Terms of Use (1.1).",
    ),
    "qwen-terms": Terms(
        "https://huggingface.co/Qwen/Qwen2.5-72B-Instruct/blob/main/LICENSE",
        notice='A distributed model that is trained with this dataset says "Built with Qwen" or "Improved using Qwen".',
    ),
    "openai-terms": Terms("https://openai.com/policies/services-agreement/", attribution=False, forbids=COMPETING),
    "anthropic-terms": Terms("https://www.anthropic.com/legal/commercial-terms", attribution=False, forbids=COMPETING),
    "gemini-terms": Terms("https://ai.google.dev/gemini-api/terms", attribution=False, forbids=COMPETING),
}
"""Licence id of the Hub, or our id of a provider's terms -> requirements."""

FREE = frozenset({"apache-2.0", "mit", "bsd-3-clause"})
"""Software licences, which require nothing of the output of a model."""

MODELS: Mapping[str, str] = {
    r"smollm.*": "apache-2.0",
    r"gpt-oss.*": "apache-2.0",
    r"qwen3.*": "apache-2.0",
    r"qwen2\.5-(0\.5|1\.5|7|14|32)b.*": "apache-2.0",
    r"qwen2\.5-72b.*": "qwen-terms",
    r"olmo.*": "apache-2.0",
    r"(mistral-7b|mixtral-8x7b|mixtral-8x22b|mistral-nemo).*": "apache-2.0",
    r"phi-[34].*": "mit",
    r"deepseek-(r1|v3(\.\d)?)(-\d+)?": "mit",
    r"(meta-)?llama-?2.*": "llama2",
    r"(meta-)?llama-3\.1.*": "llama3.1",
    r"(meta-)?llama-3\.2.*": "llama3.2",
    r"(meta-)?llama-3\.3.*": "llama3.3",
    r"(meta-)?llama-?3(?!\.).*": "llama3",
    r"(meta-)?llama-?4.*": "llama4",
    r"gemma-4.*": "apache-2.0",
    r"gemma-?[23].*": "gemma",
    r"(gpt-(3\.5|4|5)|chatgpt-|o[134](-|$)).*": "openai-terms",
    r"claude.*": "anthropic-terms",
    r"gemini.*": "gemini-terms",
}
"""Pattern of the last part of a model's name in lower case -> licence or terms; the first match counts."""


def terms_of_model(model: str) -> str | None:
    """The licence or terms of a model by its name; None if unknown."""
    name = re.split(r"[/\\]", model.lower())[-1]
    return next((terms for pattern, terms in MODELS.items() if re.fullmatch(pattern, name)), None)
