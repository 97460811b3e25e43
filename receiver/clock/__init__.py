"""Time as something that is handed in, so that tests can advance it."""
