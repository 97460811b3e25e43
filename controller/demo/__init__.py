"""A short show: a receiver on this machine, found, cast to, and played with."""
