"""Several replies to a prompt, rated, and the pairs that follow from the ratings."""
