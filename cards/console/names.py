"""Names that shell completion and help offer; imported late, since `--help` is to answer at once."""

from __future__ import annotations


def families() -> list[str]:
    """Installed families."""
    from ...schemas import rows

    return [*rows.families()]


def published() -> list[str]:
    """Published datasets."""
    return _components("published")


def tools() -> list[str]:
    """Annotation tools."""
    return _components("annotation_tools")


def kinds() -> list[str]:
    """Kinds of components, after `recipe`."""
    from ...schemas.catalog import KINDS, RECIPE

    return [RECIPE, *KINDS]


def schemas() -> list[str]:
    """Everything that has a JSON Schema."""
    return ["recipe", "report", "checks", *families(), *published()]


def _components(kind: str) -> list[str]:
    from ...schemas.catalog import KINDS
    from ...schemas.component import names

    return names(KINDS[kind])
