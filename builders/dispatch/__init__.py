"""Carries requests to endpoints: pools, rate limits, concurrency and circuit breakers."""
