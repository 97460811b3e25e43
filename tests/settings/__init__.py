"""How a receiver is set, and changed while it runs."""
