"""Tests of receiver.engine."""
