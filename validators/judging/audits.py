"""Run audits over tables: each gives a result, also where it is not applicable."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence

import duckdb

from ...schemas.component import Spec, load, names
from ...schemas.report import AuditResult
from .. import audits
from ..audits import Audit, NotApplicable
from ..tables.sql import Tables
from .failures import ENDS_ALL, first_line

ALL = "all"
"""Stands for every audit with its default options."""


def load_audits(specs: Sequence[Spec]) -> list[Audit]:
    """The audits that are named, options checked; `all` or no name at all stands for every audit.

    Raises `RecipeError` for unknown names and options.
    """
    package = audits.__name__
    named = [spec for spec in specs if spec != ALL]
    given = {spec if isinstance(spec, str) else next(iter(spec), "") for spec in named}
    others = [name for name in names(package) if name not in given] if ALL in specs or not specs else []
    return [load(package, spec, path="audit") for spec in [*named, *others]]


def run_audits(tables: Tables, chosen: Sequence[Audit]) -> list[AuditResult]:
    """The result of each audit, in order."""
    return [_result(audit, tables) for audit in chosen]


def _result(audit: Audit, tables: Tables) -> AuditResult:
    question = (inspect.getdoc(audit) or "").partition("\n")[0]
    name = audit.component_name()
    try:
        if absent := _absent(audit.needs, tables):
            raise NotApplicable(absent)
        outcome = audit.examine(tables)
    except NotApplicable as error:
        return AuditResult(audit=name, question=question, not_applicable=f"needs {error}")
    except ModuleNotFoundError as error:
        hint = f"needs the package {error.name}: pip install 'pluriset[audits]'"
        return AuditResult(audit=name, question=question, not_applicable=hint)
    except (duckdb.ProgrammingError, duckdb.DataError) as error:
        reason = f"needs other columns: {first_line(error)}"
        return AuditResult(audit=name, question=question, not_applicable=reason)
    except ENDS_ALL:
        raise
    except Exception as error:  # noqa: BLE001 (an audit of another package may raise anything)
        reason = f"did not run to its end: {type(error).__name__}: {first_line(error)}"
        return AuditResult(audit=name, question=question, not_applicable=reason)
    return AuditResult(
        audit=name,
        question=question,
        conclusion=outcome.conclusion,
        detected=outcome.detected,
        figures=list(outcome.figures),
        correction=outcome.correction,
        examples=[dict(example) for example in outcome.examples],
    )


def _absent(needs: Mapping[str, Sequence[str]], tables: Tables) -> str:
    """The tables and columns that are missing, as a list in words."""
    missing = []
    for table, columns in needs.items():
        there = tables[table].columns if table in tables else []
        lacking = [column for column in columns if column not in there]
        if lacking:
            missing.append(f"{table} with {', '.join(lacking)}")
    return "; ".join(missing)
