"""The messages between controllers and receivers, and nothing that needs a network to be read."""
