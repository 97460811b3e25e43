"""The configuration of a receiver: one declaration, read from files, variables and flags."""
