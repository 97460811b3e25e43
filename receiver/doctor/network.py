"""The network of the computer that this runs on."""

from __future__ import annotations

import asyncio
import http.client
import secrets
import socket
from collections.abc import Sequence
from pathlib import Path

from receiver.discovery.addresses import reachable, usable_addresses
from receiver.doctor.base import Record
from receiver.errors import NoReceiver
from receiver.model.health import Examination
from receiver.server.local_door import knock, local_doors

PATIENCE_S = 1.0
ANSWER_S = 15.0
"""A receiver that examines itself takes some seconds."""
MOST_BYTES = 1 << 20
GROUP = "224.0.0.251"
"""The group of mDNS. We send to a port of our own there, which nobody else listens on."""


class ThisNetwork:
    """See `Network`."""

    def addresses(self) -> list[str]:
        """See `Network`."""
        return reachable(usable_addresses())

    def refusal(self, host: str, port: int) -> str | None:
        """See `Network`."""
        try:
            with socket.create_connection((host, port), PATIENCE_S):
                return None
        except OSError as error:
            return _reason(error)

    def fetch(self, host: str, port: int, path: str) -> bytes | None:
        """See `Network`."""
        connection = http.client.HTTPConnection(host, port, timeout=ANSWER_S)
        try:
            connection.request("GET", path)
            return connection.getresponse().read(MOST_BYTES)
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def knock(self, state_dir: Path) -> Examination | None:
        """See `Network`."""
        try:
            return knock(local_doors(state_dir), "doctor", Examination)
        except NoReceiver:
            return None

    def multicast_refusal(self, address: str) -> str | None:
        """See `Network`. For addresses of IPv4."""
        own = socket.inet_aton(address)
        token = secrets.token_bytes(16)
        try:
            with (
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear,
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth,
            ):
                ear.bind(("", 0))
                ear.setsockopt(
                    socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP) + own
                )
                ear.settimeout(PATIENCE_S)
                mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
                mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
                mouth.sendto(token, (GROUP, ear.getsockname()[1]))
                while ear.recv(len(token)) != token:
                    pass
        except TimeoutError:
            return "what is sent does not come back"
        except OSError as error:
            return _reason(error)
        return None

    def announced(self, addresses: Sequence[str]) -> dict[str, list[Record]]:
        """See `Network`."""
        from receiver.discovery.zeroconf_probe import probe  # noqa: PLC0415 - heavy

        seen = asyncio.run(probe(addresses))
        return {
            address: [Record(one.instance, one.id, one.addresses[0][1]) for one in found]
            for address, found in seen.items()
        }


def _reason(error: OSError) -> str:
    """The system's own words."""
    return (error.strerror or str(error) or "no answer").lower()
