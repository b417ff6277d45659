"""What a card states, computed from manifest and report."""
