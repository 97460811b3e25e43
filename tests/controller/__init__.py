"""Tests of the controller, against a receiver without sound."""
