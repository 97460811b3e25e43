"""Looks after a receiver: what is wrong with it or its machine, and what to do.

Loaded when somebody asks. It never touches the device that plays.
"""
