"""Tests of the hardware in front: pins, buttons, knob, light, amplifier."""
