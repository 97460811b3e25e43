"""Tests of receiver.sink."""
