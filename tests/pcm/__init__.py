"""Tests of receiver.pcm."""
