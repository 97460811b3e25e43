"""Encoded bytes in, blocks of sound out."""
