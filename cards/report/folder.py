"""A report in a folder of its own: as JSON, as a page, and whatever comes with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ...schemas.report import Report
from ...schemas.run_layout import REPORT, REPORT_PAGE
from ...validators.tables.atomic_write import write_atomic, write_error
from . import page


def write(folder: Path, report: Report) -> None:
    """Write `report.json` and `report.html`. Raises `RunError` if the folder cannot be written."""
    _write(folder, {REPORT: report.model_dump_json(indent=1), REPORT_PAGE: page.render(report)})


def write_suite_result(folder: Path, report: Report, validation_result: dict[str, Any], data_docs: str) -> None:
    """Write the report, with Great Expectations' `validation_result.json` and `data_docs.html` beside it."""
    write(folder, report)
    result = json.dumps(validation_result, ensure_ascii=False, indent=1)
    _write(folder, {"validation_result.json": result, "data_docs.html": data_docs})


def _write(folder: Path, files: dict[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(error, folder, "cannot write the report") from None
    for name, text in files.items():
        write_atomic(folder / name, text)
