"""Tests of a whole receiver: all of its parts, then its process."""
