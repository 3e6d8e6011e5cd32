"""The room of what is shared."""
