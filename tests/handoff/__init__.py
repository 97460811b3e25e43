"""Tests of receiver.handoff."""
