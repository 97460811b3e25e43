"""Fetches what the session plays and feeds it to the engine."""
