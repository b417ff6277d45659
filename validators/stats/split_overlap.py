"""What is in more than one split: a model that learns from one and is judged on the other has seen the answers."""

from __future__ import annotations


def split_overlap(key: str, same: str, where: str = "true") -> str:
    """A query over `rows` (the key, split): what `same` makes equal in several splits, by its lowest key."""
    return f"""SELECT min({key}) AS {key},
            count(*) || ' in ' || string_agg(DISTINCT split, ', ' ORDER BY split) AS problem
        FROM rows WHERE split IS NOT NULL AND {where} GROUP BY {same} HAVING min(split) < max(split)"""
