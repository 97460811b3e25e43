"""What a speaker has in front: buttons, a knob, a light, and the switch of its amplifier."""
