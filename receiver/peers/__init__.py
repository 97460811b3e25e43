"""The other receivers of the house: one WebSocket to each, over which both speak."""
