"""How the user is called, for others who look at the queue."""

from __future__ import annotations

import os
import socket

from controller.cli.text import SHOWN, plain


def myself() -> str | None:
    """Login name and host, as `anna@laptop`; None where the system does not say who it is."""
    user = plain(os.environ.get("USER") or os.environ.get("LOGNAME") or "")
    host = plain(socket.gethostname().partition(".")[0])
    return f"{user}@{host}"[:SHOWN] if user and host else None


def signed() -> dict[str, str]:
    """The field `by` of a command, where it is known."""
    by = myself()
    return {} if by is None else {"by": by}
