"""Text for a log: without what is secret, and harmless to whoever reads it. Pure.

Who logs an address shows only what people need of it (`address_shown`). What slips through in the
error of a library is caught by `harmless`, which every line goes through. In doubt it hides.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

HIDDEN = "***"
MAX_CHARACTERS = 1000
"""No line is longer: titles and errors hold what strangers wrote."""
MAX_READ = 4000
"""What lies behind is not even looked at."""

# Strangers choose what these are run over, so each takes a time that grows with the length of the
# text and no faster: a search begins at the start of a word only, and never goes back within it.
_URL = re.compile(r"//(?P<rest>[^\s\"'<>]++)")
_RANDOM = re.compile(r"(?<=/)(?:[0-9a-f]{16,}+|[\w+=~-]{20,}+)(?=/|$)", re.ASCII | re.IGNORECASE)
"""A part of a path that is no name: an extension or a blank would tell one."""
_USER = re.compile(r"(?<![^\s/?#@\"'<>])[^\s/?#@:\"'<>]*+:[^\s/?#@]++@")
_FIELD = re.compile(r"(?P<name>[?&][\w.%\[\]-]*+=)[^\s&#\"'<>]++")
_HEADER = re.compile(
    r"\b(?P<name>(?:proxy-)?authorization[\"']?\s*+[:=]\s*+|(?:bearer|basic|digest)\s++)"
    r"[\"']?(?:(?:bearer|basic|digest)\s++)?[^\s\"',]++",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?P<name>(?<![\w-])"
    r"(?=[\w-]*?(?:token|secret|passw|passphrase|pwd|api[_-]?key|signature|cookie))"
    r"[\w-]++[\"']?\s*+[:=]\s*+)(?:\"[^\"]*+\"|'[^']*+'|[^\s,;\"'}\])]++)",
    re.IGNORECASE,
)


def harmless(text: str) -> str:
    """`text` as one line: no secret, no control character, nothing that turns the direction of
    reading, and not longer than `MAX_CHARACTERS`.
    """
    shown = "".join(map(_visible, without_secrets(_beginning(text))))
    return shown if len(shown) <= MAX_CHARACTERS else shown[: MAX_CHARACTERS - 1] + "…"


def without_secrets(text: str) -> str:
    """`text` with `HIDDEN` in the place of credentials: user and password of a URL, what its query
    and fragment hold, long random parts of its path; an `Authorization`; and what is called a
    token, a password or the like.
    """
    text = _URL.sub(_url, text)
    text = _USER.sub(f"{HIDDEN}@", text)
    text = _FIELD.sub(rf"\g<name>{HIDDEN}", text)
    text = _HEADER.sub(rf"\g<name>{HIDDEN}", text)
    return _NAMED.sub(rf"\g<name>{HIDDEN}", text)


def address_shown(url: str) -> str:
    """Where something comes from, for people: the server and, as its owner writes it, the last
    part of the path.
    """
    scheme, mark, rest = re.split(r"[?#]", url, maxsplit=1)[0].partition("://")
    server, _, path = rest.partition("/")
    folder, _, name = path.rstrip("/").rpartition("/")
    place = f"{scheme}{mark}{server.rpartition('@')[2]}{'/…' if folder else ''}/{unquote(name)}"
    return without_secrets(place)


def _url(found: re.Match[str]) -> str:
    """One address, without what may be secret in it."""
    rest, _, fragment = found["rest"].partition("#")
    place, mark, query = rest.partition("?")
    authority, slash, path = place.partition("/")
    if "@" in authority:
        authority = f"{HIDDEN}@{authority.rpartition('@')[2]}"
    path = _RANDOM.sub(HIDDEN, slash + path)
    query = "&".join(map(_field, query.split("&")))
    return f"//{authority}{path}{mark}{query}{f'#{HIDDEN}' * bool(fragment)}"


def _field(field: str) -> str:
    """One field of a query: its name stays. What has no name may be the secret itself."""
    name, equals, value = field.partition("=")
    if not equals:
        return HIDDEN if name else ""
    return f"{name}={HIDDEN if value else ''}"


def _beginning(text: str) -> str:
    """As many whole words as are read: half a secret might not look like one."""
    if len(text) <= MAX_READ:
        return text
    words = text[:MAX_READ].rsplit(maxsplit=1)
    return words[0] if len(words) == 2 else "…"


def _visible(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
