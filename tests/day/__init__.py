"""A day in virtual time in a house of several receivers."""
