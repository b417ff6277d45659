"""Vega-Lite specifications as pictures, drawn in this process and without a network. Needs the extra `cards`."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from pydantic_core import to_json

from ...schemas.run_layout import PLOTS
from ...validators.tables.atomic_write import write_atomic, write_error
from .plots import Plot
from .style import Spec

VERSION = "5.21"
"""Of Vega-Lite, so that a newer converter draws the same."""
SCALE = 2
"""Pixels of a PNG for each pixel of the plot."""


def can_draw() -> bool:
    """Whether `vl-convert-python` is installed."""
    return find_spec("vl_convert") is not None


def png(spec: Spec) -> bytes:
    """The bytes of a PNG; the same specification gives the same bytes."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(spec, vl_version=VERSION, scale=SCALE, allowed_base_urls=[]))


def svg(spec: Spec) -> str:
    """The text of an SVG."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec, vl_version=VERSION, allowed_base_urls=[]))


def write_plots(folder: Path, plots: Iterable[Plot]) -> None:
    """Write each plot into `plots/`: as JSON, and as a PNG where plots can be drawn. Raises `RunError`."""
    for plot in plots:
        path = folder / PLOTS / f"{plot.measure}.vl.json"
        try:
            path.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise write_error(error, path.parent) from None
        write_atomic(path, to_json(plot.spec, indent=1))
        if can_draw():
            write_atomic(path.with_name(f"{plot.measure}.png"), png(plot.spec))
