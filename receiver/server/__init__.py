"""The doors of a receiver: WebSocket and HTTP on one port."""
