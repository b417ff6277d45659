"""What is asked of every audit: it finds what was planted, and stays silent on the clean twin."""

from collections.abc import Sequence

from scipy.stats import binom


def rate_is_at_least(rate: float, detections: Sequence[bool]) -> None:
    """The detections are not significantly fewer than the rate."""
    assert binom.cdf(sum(detections), len(detections), rate) > 0.025, f"{sum(detections)} of {len(detections)}"


def rate_is_at_most(rate: float, detections: Sequence[bool]) -> None:
    """The detections are not significantly more than the rate."""
    assert binom.sf(sum(detections) - 1, len(detections), rate) > 0.025, f"{sum(detections)} of {len(detections)}"
