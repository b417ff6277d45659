"""The wire format of OpenAI-compatible endpoints."""
