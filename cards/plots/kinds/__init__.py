"""Kinds of plot, a module each with one pure function: `spec(figures)` returns a Vega-Lite specification."""
