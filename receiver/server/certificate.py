"""The certificate of a receiver: made at the first start, signed by itself, known by its
fingerprint.
"""

from __future__ import annotations

import hashlib
import logging
import os
import ssl
import subprocess
from pathlib import Path
from typing import NamedTuple

FILE_NAME = "tls.pem"
DAYS = "36500"
"""Nobody looks at the date: the fingerprint is what is trusted."""
MAKE_S = 60.0

log = logging.getLogger(__name__)


class Certificate(NamedTuple):
    """What TLS is spoken with, and SHA-256 of the certificate (DER) in hexadecimal."""

    context: ssl.SSLContext
    fingerprint: str


def certificate_in(folder: Path) -> Certificate | None:
    """That in `tls.pem`, which is made where there is none. None, with a line in the log: there
    can be none, and controllers and receivers speak without TLS. Blocks.
    """
    path = folder / FILE_NAME
    try:
        if not path.exists():
            _make(path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(path)
        return Certificate(context, _fingerprint_in(path))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        log.warning("There is no TLS, since %s cannot be made or read: %s", path, error)
        return None


def fingerprint_of(certificate: bytes) -> str:
    """Of a certificate in DER."""
    return hashlib.sha256(certificate).hexdigest()


def _fingerprint_in(path: Path) -> str:
    text = path.read_text(encoding="ascii")
    begin = text.index("-----BEGIN CERTIFICATE-----")
    return fingerprint_of(ssl.PEM_cert_to_DER_cert(text[begin:]))


def _make(path: Path) -> None:
    """A key on the curve P-256 and its certificate, in one file that is for its owner alone. Raises
    `OSError`, also where there is no openssl.
    """
    draft = path.with_suffix(".new")
    path.parent.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", DAYS, "-subj", "/CN=tonearm", "-keyout", "-", "-out", "-"],
        capture_output=True, timeout=MAKE_S, check=False,
    )  # fmt: skip
    if made.returncode:
        raise OSError(made.stderr.decode(errors="replace").strip().splitlines()[-1])
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(made.stdout)
        file.flush()
        os.fsync(handle)
    draft.replace(path)
