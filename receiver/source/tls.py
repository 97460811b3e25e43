"""TLS for streams over https, loaded when the first of them comes.

Reading the machine's root certificates takes 100 ms and 2 MB. aiohttp does it when it is imported,
for connections that most speakers never make.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any


@contextmanager
def certificates_later() -> Iterator[None]:
    """While aiohttp is imported: the contexts that it makes are left without certificates, so they
    trust nobody. Connections are given `tls_context` instead.
    """

    def without_certificates(*_: Any, **__: Any) -> ssl.SSLContext:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    create = ssl.create_default_context
    ssl.create_default_context = without_certificates
    try:
        yield
    finally:
        ssl.create_default_context = create


@lru_cache
def tls_context() -> ssl.SSLContext:
    """A context that trusts what the machine trusts. Reads files the first time: call it off the
    event loop.
    """
    return ssl.create_default_context()
