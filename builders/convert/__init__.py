"""From one dataset to another shape: exports and repairs."""
