"""How scores change from a parent to its edited child: one definition for the family and the check that recomputes."""

from __future__ import annotations

from ...schemas.rows.augmentations import LEVEL

CHANGES = """
SELECT e.edit_id,
    any_value(child.level - parent.level) FILTER (child.attribute_id = e.attribute_id) AS target_change,
    max(abs(child.level - parent.level)) FILTER (child.attribute_id <> e.attribute_id) AS other_change
FROM edits e
JOIN levels parent ON parent.response_id = parent_id
JOIN levels child ON child.response_id = child_id AND child.attribute_id = parent.attribute_id
GROUP BY e.edit_id
"""
LEVELS = f"""
SELECT s.response_id, s.attribute_id, round(avg(score), 6) AS level
FROM scored s JOIN annotations a ON a.item_table = 'scored' AND a.item_id = s.scored_id
WHERE a.aspect = '{LEVEL}' AND score IS NOT NULL GROUP BY ALL
"""
"""SELECT of the mean level of each response in each attribute, over the tables `scored` and `annotations`."""
