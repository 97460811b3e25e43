"""Tests of receiver.session."""
