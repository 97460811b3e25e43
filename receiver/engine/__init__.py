"""The audio side: decoder, mixer and sink joined, in a process of its own."""
