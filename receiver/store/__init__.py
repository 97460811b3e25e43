"""What a receiver remembers from one start to the next."""
