"""The measuring rig: a stand-in for a sound card, audio that can be recognised, and ears."""
