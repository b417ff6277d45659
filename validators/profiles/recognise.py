"""Recognise a published dataset by its columns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from ...schemas import published
from ...schemas.component import find, names
from ...schemas.errors import DataError
from ...schemas.published_dataset import Config, PublishedDataset
from ..tables.sql import Tables

INTERNAL_COLUMNS = {"_row", "_table", "split"}
"""Columns that readers add."""


class Recognised(NamedTuple):
    """A published dataset, and which of its configs each raw table is."""

    name: str
    profile: PublishedDataset
    how: str
    configs: Mapping[str, str]
    """Raw table -> config; other tables are left out."""


def recognise(raw: Tables) -> Recognised | None:
    """The published dataset that explains most columns of the tables with fewest missing; None if none fits."""
    best, most = None, (0, 0)
    for known in names(published.__name__):
        profile = _profile(known)
        if profile.export_only:
            continue
        configs = {table: found for table in raw if (found := _config(profile, table, raw[table].columns))}
        if configs and (fit := _fit(profile, configs, raw)) > most:
            renamed = ", ".join(f"{table} is {config}" for table, config in configs.items() if table != config)
            how = f"by its columns: {renamed}" if renamed else "by its columns"
            best, most = Recognised(known, profile, how, configs), fit
    return best


def require_profile(as_: str, raw: Tables) -> Recognised:
    """The published dataset of a name. Raises `RecipeError` if it is unknown, `DataError` if no table fits a config."""
    find(published.__name__, as_, "--as")
    profile = _profile(as_)
    configs = {table: found for table in raw if (found := _config(profile, table, raw[table].columns, half=False))}
    if not configs:
        missing = {config: sorted(_required(part) - _all(raw)) for config, part in profile.configs.items()}
        closest = min(missing, key=lambda config: len(missing[config]))
        got = ", ".join(sorted(_all(raw) - INTERNAL_COLUMNS))
        expected = f"the columns of {closest}: " + ", ".join(sorted(_required(profile.configs[closest])))
        hint = "leave out --as, or map the columns with --map"
        raise DataError(
            f"these are not the columns of {profile.title}", where="--as", got=got, expected=expected, hint=hint
        )
    return Recognised(as_, profile, "named by --as", configs)


def _config(profile: PublishedDataset, table: str, there: list[str], half: bool = True) -> str | None:
    """The config whose required columns a table has; with `half`, it must also explain half of the table's columns."""
    own = set(there) - INTERNAL_COLUMNS
    best, most = None, (0, False, 0)
    for config, part in profile.configs.items():
        known = _columns(part) & set(there)
        if _required(part) <= set(there) and (not half or 2 * len(known & own) >= len(own)):
            fit = (len(known), config.lower() in table.lower(), -len(_columns(part)))
            best, most = (config, fit) if best is None or fit > most else (best, most)
    return best


def _fit(profile: PublishedDataset, configs: Mapping[str, str], raw: Tables) -> tuple[int, int]:
    """Columns explained, then missing ones as a negative number: larger is better."""
    parts = [(_columns(profile.configs[config]), set(raw[table].columns)) for table, config in configs.items()]
    return sum(len(known & there) for known, there in parts), -sum(len(known - there) for known, there in parts)


@cache
def _profile(known: str) -> PublishedDataset:
    found = find(published.__name__, known)()
    assert isinstance(found, PublishedDataset)
    return found


def _columns(config: Config) -> set[str]:
    return {*config.row.model_fields}


def _required(config: Config) -> set[str]:
    return {name for name, field in config.row.model_fields.items() if field.is_required()}


def _all(raw: Tables) -> set[str]:
    return {column for relation in raw.values() for column in relation.columns}
