"""Tests of receiver.decoder."""
