"""What strangers may serve: a catalogue of it, and a table of what the receiver makes of it."""
