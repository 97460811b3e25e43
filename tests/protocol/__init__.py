"""Tests of the messages between controllers and receivers."""
