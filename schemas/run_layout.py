"""The files and folders of a run, each name written once."""

from __future__ import annotations

RECIPE = "recipe.yaml"
"""The recipe it was built from; together with `JOURNAL`, what makes a folder a run."""
MANIFEST = "manifest.json"
"""Written last: that it exists means the run is complete."""
REPORT, REPORT_PAGE = "report.json", "report.html"
CARD = "README.md"
REJECTS = "rejects.parquet"
CROISSANT = "croissant.json"
EVAL, BENCHMARK = "eval.yaml", "benchmark"
"""The Inspect tasks, and the folder of their questions."""
DATA = "data"
"""Holds `<table>/<split>-00000-of-0000N.parquet`."""
PLOTS = "plots"
JOURNAL = "journal"
BATCHES = "batch"
"""Batch files on their way to and from an endpoint."""
LOCK, LOCK_HOLDER, BUILDING = ".lock", ".lock.pid", ".building"
"""The lock of the process that builds, its pid, and the folder in which it assembles the tables."""
REBUILT = (DATA, PLOTS, REJECTS, REPORT, REPORT_PAGE, CARD, CROISSANT, BENCHMARK, EVAL)
"""What a build replaces; everything else in the folder is the user's."""
