"""Who answers: one teacher a file."""
