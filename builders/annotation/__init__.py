"""People as annotators: their requests as forms, the server that takes their answers, and the tools they may use."""
