"""Plots of a report's figures, drawn offline.

A plot has a named kind, which is a module of `kinds`: a pure function that describes the plot as a Vega-Lite
specification, a plain dict. The card shows it as a PNG, the report page as an SVG, and any page can draw the JSON.
"""
