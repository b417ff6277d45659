"""Makes and changes rows: sources, families, teachers, and everything between a question and a finished run."""

PACKAGE = __name__
"""Where components of this room live, such as `<PACKAGE>.families`."""
