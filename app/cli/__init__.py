"""DOOR: the same verbs in the terminal."""

from app.cli.group import cardlet

__all__ = ["cardlet"]
