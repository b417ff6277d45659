"""Names that complete arguments; each imports its room only when it is asked."""

from __future__ import annotations

import pluriset


def recipes() -> list[str]:
    """Shipped recipes."""
    from ..builders.storage.recipe_file import shipped_names

    return shipped_names()


def families() -> list[str]:
    """Families, of which rows have schemas."""
    from ..schemas import rows

    return [*rows.families()]


def formats() -> list[str]:
    """Formats that a run can be exported to."""
    from ..builders.convert.export import shapes

    return [*shapes()]


def kinds() -> list[str]:
    """Kinds of components, and the keys of a recipe."""
    return ["recipe", *pluriset.KINDS]


def published() -> list[str]:
    """Published datasets."""
    from ..schemas.component import names

    return names(pluriset.KINDS["published"])


def schemas() -> list[str]:
    """Everything that has a JSON Schema."""
    return ["recipe", "report", "checks", *families(), *published()]
