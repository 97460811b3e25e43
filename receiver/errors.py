"""Every error a controller can be told of: a stable code, a sentence, its place at each door.

The code goes into the API unchanged. `http_status` is what the HTTP door answers with, `exit_code`
what the command line exits with. Tests hold all three fixed.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self


class TonearmError(Exception):
    """Root of all errors that have a code.

    `message` is one sentence that names the thing, says what was wrong and what to do.
    `detail` holds the facts for programs: JSON types only.
    """

    code: ClassVar[str] = "internal"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class BadRequest(TonearmError):
    """The message is not one of the protocol, or a field in it is wrong."""

    code, http_status, exit_code = "bad_request", 400, 2


class UnsupportedScheme(TonearmError):
    """The URL is not http or https."""

    code, http_status, exit_code = "unsupported_scheme", 400, 2


class RefusedAddress(TonearmError):
    """The URL leads to where the receiver must not be sent."""

    code, http_status, exit_code = "refused_address", 403, 2


class WrongHost(TonearmError):
    """The request is for a name that is none of the receiver's."""

    code, http_status, exit_code = "wrong_host", 421, 2


class WrongOrigin(TonearmError):
    """The request comes from a page of another site."""

    code, http_status, exit_code = "wrong_origin", 403, 2


class ConfigError(TonearmError):
    """The configuration of the receiver holds a wrong key or value."""

    code, http_status, exit_code = "config", 500, 78


class NothingPlaying(TonearmError):
    """The command needs something that plays, and nothing does."""

    code, http_status, exit_code = "nothing_playing", 409, 3


class NotSeekable(TonearmError):
    """The stream cannot seek: it is live, or its server gives no ranges."""

    code, http_status, exit_code = "not_seekable", 409, 3

    @classmethod
    def of(cls, what: str, *, live: bool) -> Self:
        """Of `what`, which is live, or whose server gives no ranges."""
        if live:
            return cls(f"{what} cannot seek: it is live, and what was sent is gone.")
        return cls(f"{what} cannot seek: its server gives no ranges. Fetch it and cast the file.")


class NoSuchItem(TonearmError):
    """The queue holds no item of that id (any more)."""

    code, http_status, exit_code = "no_such_item", 404, 3


class Conflict(TonearmError):
    """An edit makes no sense after what came between."""

    code, http_status, exit_code = "conflict", 409, 3


class Pinned(TonearmError):
    """The setting cannot be changed: a flag or a variable sets it where the receiver is started."""

    code, http_status, exit_code = "pinned", 409, 3


class Superseded(TonearmError):
    """Another play or stop came before this play had made a sound."""

    code, http_status, exit_code = "superseded", 409, 3


class Unreachable(TonearmError):
    """The server of the stream did not answer, or the connection was lost for good."""

    code, http_status, exit_code = "unreachable", 502, 4


class HttpRefused(TonearmError):
    """The server of the stream answered with an HTTP error."""

    code, http_status, exit_code = "http_refused", 502, 4


class Stalled(TonearmError):
    """The server of the stream stopped sending, and did not go on when asked again."""

    code, http_status, exit_code = "stalled", 504, 4


class UnsupportedFormat(TonearmError):
    """The stream is not Ogg Vorbis; the message says what it was."""

    code, http_status, exit_code = "unsupported_format", 415, 5


class Unplayable(TonearmError):
    """The stream is damaged beyond playing, or killed the decoder; it is not tried again."""

    code, http_status, exit_code = "unplayable", 422, 5


class NoDevice(TonearmError):
    """There is no such sound device, or it cannot be opened."""

    code, http_status, exit_code = "no_device", 503, 6


class NoReceiver(TonearmError):
    """No receiver of that name, id or address was found, or it does not answer."""

    code, http_status, exit_code = "no_receiver", 503, 7


class Busy(TonearmError):
    """The receiver takes part in another handoff."""

    code, http_status, exit_code = "busy", 409, 3


class TargetPlaying(TonearmError):
    """The receiver that is to take the session plays something else."""

    code, http_status, exit_code = "target_playing", 409, 3


class Stale(TonearmError):
    """The session has moved since; what was asked was meant for its former place."""

    code, http_status, exit_code = "stale", 409, 3


class TargetNotReady(TonearmError):
    """The receiver that is to take the session did not get ready in time."""

    code, http_status, exit_code = "target_not_ready", 504, 8


class TargetLost(TonearmError):
    """The receiver that is to take the session went away during the handoff."""

    code, http_status, exit_code = "target_lost", 502, 8


class HandoffFailed(TonearmError):
    """The handoff came to nothing; the message says why and where the music is."""

    code, http_status, exit_code = "handoff_failed", 502, 8


class Unauthorized(TonearmError):
    """Who asks is not paired, or not any more."""

    code, http_status, exit_code = "unauthorized", 401, 10


class Forbidden(TonearmError):
    """Who asks may not do this, or not now; the message says why."""

    code, http_status, exit_code = "forbidden", 403, 10


class BadCode(TonearmError):
    """The pairing code is wrong."""

    code, http_status, exit_code = "bad_code", 403, 10


class PairingClosed(TonearmError):
    """The receiver lets nobody new in now."""

    code, http_status, exit_code = "pairing_closed", 403, 10


class NoSuchPairing(TonearmError):
    """No controller of that id or name is paired."""

    code, http_status, exit_code = "no_such_pairing", 404, 3


class TooMany(TonearmError):
    """There is no room for more, or it was asked too often."""

    code, http_status, exit_code = "too_many", 429, 3


class TooLarge(TonearmError):
    """A file is larger than the receiver takes."""

    code, http_status, exit_code = "too_large", 413, 2


class NoRoom(TonearmError):
    """The receiver has no room for a file, or cannot write it."""

    code, http_status, exit_code = "no_room", 507, 3


class Internal(TonearmError):
    """A fault in Tonearm itself."""


def all_errors() -> dict[str, type[TonearmError]]:
    """Every error class by its code."""
    found: dict[str, type[TonearmError]] = {}
    classes: list[type[TonearmError]] = [TonearmError]
    while classes:
        cls = classes.pop()
        found.setdefault(cls.code, cls)
        classes.extend(cls.__subclasses__())
    return found


def error_from_code(code: str, message: str, detail: dict[str, Any] | None = None) -> TonearmError:
    """The error a code stands for; an unknown code (a newer receiver) gives `Internal`."""
    cls = all_errors().get(code, Internal)
    return cls(message, **(detail or {}))
