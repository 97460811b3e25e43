"""Tokens: what a paired controller shows to be let in."""

from __future__ import annotations

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """256 random bits, as text for a URL or a header: 43 characters of base64url."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(token: str) -> str:
    """What is kept of a token: SHA-256, in hexadecimal. A token is random, so neither salt nor a
    slow hash would add anything (NIST SP 800-63B, 5.1.2.2).
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
