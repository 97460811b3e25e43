"""What is being played, as a pure state machine: commands and reports in, effects out."""
