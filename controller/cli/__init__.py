"""The command line, `tonearm`. It starts fast: what is heavy is loaded by the command that needs
it, in the function that needs it.
"""

from controller.cli.entry import main

__all__ = ["main"]
