"""Validation of the front matter of a card: what the Hub would reject or misread, before anything is sent.

https://github.com/huggingface/hub-docs/blob/main/datasetcard.md
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeInt,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ...schemas.hub_lists import hub_list
from ...schemas.licences import HUB_LICENCES

TASKS = frozenset([
    "text-classification", "token-classification", "table-question-answering", "question-answering",
    "zero-shot-classification", "translation", "summarization", "feature-extraction", "text-generation", "fill-mask",
    "sentence-similarity", "tabular-to-text", "table-to-text", "multiple-choice", "text-ranking", "text-retrieval",
    "tabular-classification", "tabular-regression", "other",
])  # fmt: skip
"""Task ids of the Hub (huggingface.js, tasks/src/pipelines.ts) that apply to text datasets."""

CLOSED: dict[str, Callable[[], Container[str]]] = {
    "license": lambda: HUB_LICENCES,
    "language": lambda: hub_list("languages"),
    "annotations_creators": lambda: hub_list("creators")["annotations"],
    "language_creators": lambda: hub_list("creators")["language"],
    "multilinguality": lambda: hub_list("multilingualities"),
    "size_categories": lambda: hub_list("size_categories"),
    "task_categories": lambda: TASKS,
}
"""Field -> the values that the Hub accepts."""

Texts = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
"""One string or several."""
Split = Annotated[str, Field(pattern=r"^\w+(\.\w+)*$")]


def front_matter_problems(front: object) -> list[str]:
    """Everything wrong with a front matter, one line each; none means that the Hub accepts it."""
    try:
        _FrontMatter.model_validate(front)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
        return [": ".join(filter(None, [_field(p["loc"]), p["msg"].removeprefix("Value error, ")])) for p in problems]
    return []


def _field(location: Iterable[int | str]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")


class _DataFile(_Part):
    split: Split
    path: Texts


class _Config(_Part):
    config_name: Annotated[str, Field(min_length=1)]
    default: bool = False
    data_files: list[_DataFile]


class _Split(_Part):
    name: Split
    num_bytes: NonNegativeInt
    num_examples: NonNegativeInt


class _Info(_Part):
    config_name: str
    features: list[dict[str, Any]]
    splits: list[_Split]
    download_size: NonNegativeInt
    dataset_size: NonNegativeInt


class _FrontMatter(_Part):
    pretty_name: str
    license: Texts
    license_name: str | None = None
    license_link: str | None = None
    language: Texts = []
    annotations_creators: Texts = []
    language_creators: Texts = []
    multilinguality: Texts = []
    size_categories: Texts = []
    task_categories: Texts = []
    task_ids: Texts = []
    source_datasets: Texts = []
    tags: Texts = []
    configs: list[_Config] = []
    dataset_info: list[_Info] = []

    @field_validator(*CLOSED)
    @classmethod
    def _listed(cls, values: list[str], info: ValidationInfo) -> list[str]:
        accepted = CLOSED[str(info.field_name)]()
        if unknown := [value for value in values if value not in accepted]:
            raise ValueError(f"not on the Hub's list: {', '.join(map(repr, unknown))}")
        return values

    @model_validator(mode="after")
    def _other_licence_has_a_link(self) -> Self:
        if "other" in self.license and not (self.license_name and self.license_link):
            raise ValueError("license: other needs license_name and license_link")
        return self

    @model_validator(mode="after")
    def _configs_differ(self) -> Self:
        names = [config.config_name for config in self.configs]
        if "data" in names:
            raise ValueError("configs: a config cannot be named data")
        if len(set(names)) < len(names):
            raise ValueError("configs: two configs have the same name")
        if sum(config.default for config in self.configs) > 1:
            raise ValueError("configs: more than one default")
        return self

    @model_validator(mode="after")
    def _infos_fit_configs(self) -> Self:
        splits = {config.config_name: [file.split for file in config.data_files] for config in self.configs}
        for info in self.dataset_info:
            if sorted(split.name for split in info.splits) != sorted(splits.get(info.config_name, [])):
                raise ValueError(f"dataset_info: the splits of {info.config_name} differ from those of its config")
        return self


FIELDS = frozenset(_FrontMatter.model_fields)
"""The fields that we write."""
