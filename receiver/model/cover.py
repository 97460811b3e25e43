"""Which comments of a stream hold a picture, and how much of one is carried."""

from __future__ import annotations

BLOCK = "metadata_block_picture"
"""A picture block of FLAC (RFC 9639, 8.8), in base64."""
BARE = "coverart"
"""What was written before there were blocks: the picture itself, in base64."""
FRONT = 3
"""The type of a picture block that is the front cover."""

MAX_PICTURE = 1_500_000
"""Bytes of a picture."""
MAX_LABELS = 4096
"""Bytes of what stands before it in its block."""
MAX_COMMENT = (MAX_PICTURE + MAX_LABELS) * 4 // 3 + 64
"""Bytes of a comment, NAME=base64, that may hold one; a longer one is passed over."""
