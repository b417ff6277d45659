"""Family `variants`: variants of a text on a scale of levels, with features, and ratings of a panel, after PluriHarms.

PluriHarms (arXiv 2601.08951) writes eleven variants of a prompt from harmless to harmful, describes each by features,
selects a subset whose mix of levels is a declared one, and keeps the rating of every annotator. The scale, the prompts
and the closed list of features are ours; the columns of `variant_scores` are those of its file of disagreement scores.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ..row import ForeignKey, Key, Row
from ..views import View
from .fields import Digest, Text
from .shared import SHARED, Aspect

RATING = "rating"
LOWEST, HIGHEST = 0, 100
Share = Annotated[float, Field(ge=0, le=1)]


class Original(Row):
    """A text that variants are written of."""

    original_id: Annotated[str, Key(), Field(min_length=1)]
    """Id from the source, or a digest of the text."""
    text: Text
    """The text."""
    topic: str | None = None
    """What it is about, as in the source."""
    source: Annotated[str, Field(min_length=1)]
    """Where it comes from: name of the source, and place in it."""


class ScaleLevel(Row):
    """A level of the scale."""

    level: Annotated[str, Key(), Field(min_length=1)]
    """Its name, such as 0.5."""
    value: Share
    """Its place on the scale, 0 to 1; levels are equally far apart."""
    description: Text
    """What a variant at this level is like, as its writer is told."""


class Feature(Row):
    """A feature that a variant may have."""

    feature: Annotated[str, Key(), Field(min_length=1)]
    """Its name."""


class Variant(Row):
    """The text rewritten to be at one level."""

    variant_id: Annotated[str, Key(), Field(min_length=1)]
    """Original and level."""
    original_id: Annotated[str, ForeignKey("originals.original_id")]
    """The original."""
    level: Annotated[str, ForeignKey("levels.level")]
    """The level that was asked for."""
    text: Text
    """The variant."""
    writer_id: Annotated[str | None, ForeignKey("annotators.annotator_id")] = None
    """Who wrote it; null where it came with the source."""
    digest: Digest = ""
    """Digest of the request in the journal."""


class VariantFeature(Row):
    """A feature that an annotator finds in a variant."""

    variant_id: Annotated[str, Key(), ForeignKey("variants.variant_id")]
    """The variant."""
    annotator_id: Annotated[str, Key(), ForeignKey("annotators.annotator_id")]
    """Who finds it."""
    feature: Annotated[str, Key(), ForeignKey("features.feature")]
    """The feature."""
    digest: Digest = ""
    """Digest of the request in the journal."""


class VariantScore(Row):
    """How far the ratings of a variant are apart."""

    variant_id: Annotated[str, Key(), ForeignKey("variants.variant_id")]
    """The variant."""
    mean: Annotated[float, Field(ge=LOWEST, le=HIGHEST)]
    """Mean rating."""
    deviation: Annotated[float, Field(ge=0)] | None
    """Standard deviation of the sample; null for one rating."""
    entropy: Annotated[float, Field(ge=0)]
    """Entropy in nats of the ratings over ten equal parts of the scale."""
    low: Share
    """Share of ratings below 30."""
    high: Share
    """Share of ratings above 70."""
    n: Annotated[int, Field(ge=1)]
    """Ratings."""


TABLES: dict[str, type[Row]] = {
    "originals": Original,
    "levels": ScaleLevel,
    "features": Feature,
    "variants": Variant,
    "variant_features": VariantFeature,
    "variant_scores": VariantScore,
    **SHARED,
}
"""Table name -> row type, the main table first."""

ASPECTS = (Aspect(item_table="variants", aspect=RATING, low=LOWEST, high=HIGHEST, rules=["mean"]),)
"""What is judged of a variant."""

READ_AS = (
    View(
        "items",
        """SELECT variant_id AS item_id, text, variants.split, original_id AS group_id, value AS level
        FROM theirs.variants JOIN theirs.levels USING (level)""",
    ),
)
"""Variants are items at a level."""
PLOTS = {"disagreement_by_level": "bar", "level_correlation": "interval"}
"""Measures that are drawn."""
