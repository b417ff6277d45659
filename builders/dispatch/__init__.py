"""Sending requests to the endpoints of a teacher: concurrency, rate limits, pauses after failures, and stopping."""
