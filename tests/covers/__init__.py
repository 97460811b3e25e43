"""Tests of covers, and pictures for others."""
