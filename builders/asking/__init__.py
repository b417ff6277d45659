"""The durable ask: one question, looked up in the journal or sent to a teacher."""
