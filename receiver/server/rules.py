"""Which requests are let in, and what each answer says of itself: so that no page of another site
can command a receiver, or read what it says. Pure.

A browser sends what any page asks it to, from inside the house. It says in `Origin` whose page that
was; but a page whose own name is made to lead to the receiver (DNS rebinding) is of the same origin
then, and only its name in `Host` gives it away. Programs send no `Origin`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Sequence
from types import MappingProxyType

from receiver.errors import WrongHost, WrongOrigin

PRIVATE_DOMAINS = ("", ".local", ".lan", ".home.arpa", ".internal")
"""Where our own name may stand: the world's DNS holds nothing below these, so no stranger can."""

_CONTENT_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " object-src 'none'"
)
ANSWER_HEADERS = MappingProxyType(
    {
        "Server": "Tonearm",
        "Cache-Control": "no-store",
        "Content-Security-Policy": _CONTENT_POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)
"""Of every answer. No version is told to strangers, nothing is kept, and a page of ours runs only
what it came with. There is no `Access-Control-Allow-Origin`: other sites read nothing; and no
`Cross-Origin-Opener-Policy`: browsers heed it over TLS alone, and where they do, the page waits for
a process of its own.
"""
MAY_DIFFER = ("Cache-Control", "Content-Security-Policy")
"""Those of which an answer may have its own."""

_HOST = re.compile(r"(?P<name>\[[^\]\s]+\]|[\w.-]+)(?::\d{1,5})?", re.ASCII)


def own_names(host_name: str, *others: str) -> frozenset[str]:
    """The names a receiver answers to: the machine's own in the domains that are nobody's, and
    `others` as they are.
    """
    bare = host_name.partition(".")[0]
    names = [bare + domain for domain in PRIVATE_DOMAINS] if bare else []
    return frozenset(map(_plain, ["localhost", *names, *others]))


def check_host(hosts: Sequence[str], names: Collection[str]) -> str:
    """The `Host` of a request with these headers of that name, if it means this receiver: by an
    address, or by one of its `names`. Raises `WrongHost`.
    """
    found = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    if found is None:
        raise WrongHost("A request names one Host: the receiver's address or its name.")
    name = _plain(found["name"])
    if name not in names and not _is_address(name.strip("[]")):
        raise WrongHost(
            f"This receiver does not answer to the name {name}. Use its address, or add the name"
            " to hosts in its configuration.",
            host=name,
        )
    return hosts[0]


def check_origin(origins: Iterable[str], host: str, *, secure: bool) -> None:
    """Whether a request to `host` with these `Origin` headers is one of a page of this receiver, or
    of no page. Raises `WrongOrigin`.
    """
    own = f"{'https' if secure else 'http'}://{host}".lower()
    for origin in origins:
        if origin.lower() != own:
            raise WrongOrigin(f"Pages of {origin} may not use this receiver.", origin=origin)


def page_policy(host: str, style: str = "") -> str:
    """The content policy of a page that was asked for at `host`, which `check_host` has let pass.
    `style`: the hash of the one within the page; "": there is none. Up to Safari 15, "self" does
    not include the WebSocket of the page's own server; a number of IPv6 cannot be named here.
    """
    policy = f"{_CONTENT_POLICY}; style-src 'self' {style}" if style else _CONTENT_POLICY
    if host.startswith("["):
        return policy
    return f"{policy}; connect-src 'self' ws://{host} wss://{host}"


def _plain(name: str) -> str:
    """A name as it is compared."""
    return name.lower().removesuffix(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
