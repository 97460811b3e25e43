"""Pins of the GPIO header: what they promise, the real ones, and a bench to try things on."""
