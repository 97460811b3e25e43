"""The pictures that streams carry in their comments, for whoever looks at a receiver."""
