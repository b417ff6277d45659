"""From a closed journal to curated tables on disk."""
