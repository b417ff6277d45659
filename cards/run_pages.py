"""The pages of a run: its report and its card."""

from __future__ import annotations

from pathlib import Path

from ..schemas.manifest import Manifest
from ..schemas.report import Report
from ..schemas.run_layout import REPORT_PAGE
from .facts.manifest_figures import with_manifest_figures
from .readme import render
from .report import page


def write(folder: Path, manifest: Manifest | None, report: Report) -> None:
    """Write the report and, once the tables are there, the card."""
    page.write(folder / REPORT_PAGE, with_manifest_figures(report, manifest) if manifest else report)
    if manifest:
        render.write(folder, manifest, report)
