"""The certificate of a receiver."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from receiver.server.certificate import FILE_NAME, certificate_in, fingerprint_of


def test_it_is_made_once_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    first = certificate_in(tmp_path / "state")
    assert first is not None
    assert len(first.fingerprint) == 64
    assert (tmp_path / "state" / FILE_NAME).stat().st_mode & 0o077 == 0
    again = certificate_in(tmp_path / "state")
    assert again is not None
    assert again.fingerprint == first.fingerprint


def test_the_fingerprint_is_that_of_what_is_shown(tmp_path: Path) -> None:
    made = certificate_in(tmp_path)
    assert made is not None
    ours, theirs = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = made.context.wrap_bio(ours, theirs, server_side=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    client = context.wrap_bio(theirs, ours)
    for side in (client, server, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    shown = client.getpeercert(binary_form=True)
    assert shown is not None
    assert fingerprint_of(shown) == made.fingerprint


def test_without_openssl_there_is_none_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert certificate_in(tmp_path / "state") is None
    assert "There is no TLS" in caplog.text


def test_a_broken_file_is_left_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE_NAME).write_text("no key")
    assert certificate_in(tmp_path) is None
    assert "cannot be made or read" in caplog.text
