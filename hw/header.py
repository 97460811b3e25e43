"""The header of a Pi: which pins there are, and which belong to something else."""

from __future__ import annotations

FREE = (4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 22, 23, 24, 25, 26, 27)
"""What a button, LED or amplifier may use."""

TAKEN = {
    0: "the I2C bus of the HAT's EEPROM",
    1: "the I2C bus of the HAT's EEPROM",
    2: "the I2C bus (data), over which a DAC is set up",
    3: "the I2C bus (clock), over which a DAC is set up",
    18: "I2S (bit clock), which carries the sound to a DAC",
    19: "I2S (word clock), which carries the sound to a DAC",
    20: "I2S (data in), which carries the sound from a DAC",
    21: "I2S (data out), which carries the sound to a DAC",
}
"""What the sound needs, and by what name."""
