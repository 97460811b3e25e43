"""A WebSocket that a peer has opened, as a wire."""

from __future__ import annotations

from aiohttp import WSMsgType, web


class PeerWire:
    """See `receiver.peers.base.Wire`."""

    def __init__(self, socket: web.WebSocketResponse, host: str, channel: str) -> None:
        """`channel`: the fingerprint of the certificate that was shown, "" without TLS."""
        self.host = host
        self.channel = channel
        self._socket = socket

    async def send(self, message: bytes) -> None:
        """See `Wire`."""
        await self._socket.send_str(message.decode())

    async def receive(self) -> bytes | str:
        """See `Wire`."""
        frame = await self._socket.receive()
        if frame.type is not WSMsgType.TEXT:
            raise ConnectionError(str(frame.extra or "it was closed"))
        text: str = frame.data
        return text

    async def close(self) -> None:
        """See `Wire`."""
        await self._socket.close()
