"""Tests of receiver.server."""
