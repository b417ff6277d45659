"""Rows shared by splits: a model trained on one split has seen the answers of the other."""

from __future__ import annotations


def split_overlap(key: str, same: str, where: str = "true") -> str:
    """A query over `rows` (key, split): groups with an equal `same` in several splits, by their lowest key."""
    return f"""SELECT min({key}) AS {key},
            count(*) || ' in ' || string_agg(DISTINCT split, ', ' ORDER BY split) AS problem
        FROM rows WHERE split IS NOT NULL AND {where} GROUP BY {same} HAVING min(split) < max(split)"""
