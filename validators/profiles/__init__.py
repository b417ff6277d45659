"""What columns are taken for: published profiles, roles and readings."""
