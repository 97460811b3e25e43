"""Dialling: whatever stands for an address, it is a wire or a `ConnectionError`."""

from __future__ import annotations

import pytest

from receiver.peers.base import Address
from receiver.peers.dial import dialler


@pytest.mark.parametrize(
    "address",
    [Address("a..b", 1), Address("x" * 70, 1), Address("", 1), Address("127.0.0.1", 70_000)],
    ids=str,
)
async def test_what_is_no_address_is_nobody(address: Address) -> None:
    async with dialler() as dial:
        with pytest.raises(ConnectionError):
            await dial(address)
