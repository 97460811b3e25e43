"""The receiver: a speaker on the network that plays what a controller casts to it."""

__version__ = "0.1.0"
