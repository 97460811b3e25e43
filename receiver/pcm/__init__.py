"""Sound as frames: format, ring buffer, mixer, gain. No I/O."""
