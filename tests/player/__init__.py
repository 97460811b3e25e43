"""Tests of receiver.player."""
