"""The receiver as a service: what systemd is told of it, and what it is not told."""
