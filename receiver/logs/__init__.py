"""What the receiver tells people: one line for each event, without secrets, never a flood."""
