"""Streams over https: from servers that the machine trusts, and from no others."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from receiver.clock.system import SystemClock
from receiver.errors import Unreachable
from receiver.source.connections import HttpClient
from receiver.source.http import HttpSource
from receiver.source.tls import tls_context
from tests.source.conftest import HERE

pytestmark = pytest.mark.tools("openssl")

BODY = b"from a safe place"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(BODY) + BODY


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1, signed by itself, with its key in one file."""
    file = tmp_path / "server.pem"
    made = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1"
    )
    command = ["openssl", *made.split(), "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(file), "-out", str(tmp_path / "only.pem")]
    subprocess.run(command, check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + (tmp_path / "only.pem").read_bytes())
    return file


@pytest.fixture
async def url(certificate: Path) -> AsyncIterator[str]:
    """A server of one body over https."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/x"


@pytest.fixture(autouse=True)
def fresh_trust() -> Iterator[None]:
    tls_context.cache_clear()
    yield
    tls_context.cache_clear()


async def fetch(url: str) -> bytes:
    clock = SystemClock()
    async with HttpClient(clock, HERE) as client, HttpSource(url, client, clock) as source:
        await source.open()
        return await source.read()


async def test_a_trusted_server_is_heard(
    url: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_name("only.pem")))
    assert await fetch(url) == BODY


async def test_another_is_refused_with_the_reason(url: str) -> None:
    with pytest.raises(Unreachable, match="secure connection"):
        await fetch(url)


def test_importing_aiohttp_reads_no_certificates() -> None:
    program = (
        "from receiver.source.tls import certificates_later\n"
        "with certificates_later():\n"
        "    import aiohttp.connector as c\n"
        "assert c._SSL_CONTEXT_VERIFIED.cert_store_stats()['x509_ca'] == 0\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
