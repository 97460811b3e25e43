"""What is true of a receiver, as immutable values: no behaviour, no I/O."""
