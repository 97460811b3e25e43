"""TLS to a receiver that is known by its fingerprint."""

from __future__ import annotations

import hashlib
import socket
import ssl

from receiver.errors import Unauthorized


def any_certificate() -> ssl.SSLContext:
    """Speaks with whoever is there: who it is, the fingerprint of the certificate tells."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def fingerprint_of(tls: ssl.SSLSocket | ssl.SSLObject | None) -> str:
    """SHA-256 of the certificate that the other side has shown, in hexadecimal."""
    shown = tls.getpeercert(binary_form=True) if tls is not None else None
    return hashlib.sha256(shown or b"").hexdigest()


def check(tls: ssl.SSLSocket | ssl.SSLObject | None, fingerprint: str) -> None:
    """Raises `Unauthorized` where somebody else is there."""
    if fingerprint_of(tls) != fingerprint:
        raise stranger()


def stranger() -> Unauthorized:
    """The error for somebody else in the place of whom we know."""
    return Unauthorized(
        "What answers there is not the receiver that was paired with: its certificate is another"
        " one. If it was set up anew, pair with it again: tonearm pair."
    )


def secured(connection: socket.socket, fingerprint: str) -> ssl.SSLSocket:
    """Speak TLS over a connection, with whom the fingerprint is of. Raises `Unauthorized` for
    somebody else, and `OSError`; then the connection is closed.
    """
    try:
        tls = any_certificate().wrap_socket(connection)
    except ssl.SSLError:
        connection.close()
        raise stranger() from None
    except OSError:
        connection.close()
        raise
    try:
        check(tls, fingerprint)
    except Unauthorized:
        tls.close()
        raise
    return tls
