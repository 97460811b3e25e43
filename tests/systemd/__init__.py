"""Tests of the unit, the package and the scripts that install it."""
