"""Ready sets for what one can buy or solder, written as one would write them into receiver.toml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PROFILES: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    # Pimoroni's boards with buttons A, B, X, Y. Those from before 2020 have Y at 20, which carries
    # sound on other boards: here it is an input that nobody uses.
    "pirate-audio": {
        "buttons": {
            "play": {"pin": 5, "press": "toggle", "hold": "pair"},
            "volume_down": {"pin": 6, "press": "volume_down"},
            "next": {"pin": 16, "press": "next", "hold": "previous"},
            "volume_up": {"pin": 24, "press": "volume_up"},
        },
        "amplifier": {"pin": 25},
    },
    "five-buttons": {
        "buttons": {
            "play": {"pin": 17, "press": "toggle", "hold": "pair"},
            "previous": {"pin": 27, "press": "previous"},
            "next": {"pin": 22, "press": "next"},
            "volume_down": {"pin": 23, "press": "volume_down"},
            "volume_up": {"pin": 24, "press": "volume_up"},
        },
    },
    "encoder-led": {
        "encoder": {"a": 17, "b": 27, "push": {"pin": 22, "press": "toggle", "hold": "pair"}},
        "led": {"pin": 23},
    },
}
