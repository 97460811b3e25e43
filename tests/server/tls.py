"""TLS for tests: a key that everybody knows."""

from __future__ import annotations

import ssl
from pathlib import Path

PEM = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNzmFt8rbP7l1lPos
qZ6SQURx23QpGGqJ5GTiw3qPPoWhRANCAARbffzNek/6EJLd3xn/UrUwrbFO4pra
Lg6UGV27ve+kzLcxA3QHUqyzoU2GbP3hAUgT88ya5cZoZumpMqoQ2fFS
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBhDCCASugAwIBAgIUdtTBMvrsX7afda6jmdDFGwVXU90wCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMdG9uZWFybS10ZXN0MCAXDTI2MTEyMTE1MTg0N1oYDzIxMjYx
MDI4MTUxODQ3WjAXMRUwEwYDVQQDDAx0b25lYXJtLXRlc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAARbffzNek/6EJLd3xn/UrUwrbFO4praLg6UGV27ve+kzLcx
A3QHUqyzoU2GbP3hAUgT88ya5cZoZumpMqoQ2fFSo1MwUTAdBgNVHQ4EFgQUmHgO
Uj+AYg7H9QbXxKUHC+kf0IgwHwYDVR0jBBgwFoAUmHgOUj+AYg7H9QbXxKUHC+kf
0IgwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiA7M5fA/9H/Cs/5
iXb1RSBJtkhdA94cAtK9K+OIYFKHoAIgdtjzC45NPTFY47dIsmnNBBLeQEdmWZZ9
tU52jMmGez8=
-----END CERTIFICATE-----
"""


def for_server(folder: Path) -> ssl.SSLContext:
    """What a server speaks TLS with."""
    path = folder / "tls.pem"
    path.write_text(PEM, encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def for_client() -> ssl.SSLContext:
    """What a client that does not ask who answers speaks TLS with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
