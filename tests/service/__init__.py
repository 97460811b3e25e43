"""The receiver as a service."""
