"""Cardlet's commands, called as the terminal calls them."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from app import create_app
from app.cli import cardlet

Run = Callable[..., Result]


@pytest.fixture
def template(template_with_decks: str) -> str:
    """Not the first use: bringing the starter decks takes longer than any of these commands."""
    return template_with_decks


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """`run("user", "create", "Ada")` is `cardlet user create Ada` on this test's data directory and database."""

    def call(*arguments: str, typed: str = "", **more: str) -> Result:
        return CliRunner().invoke(cardlet, arguments, obj=create_app, input=typed, env={**environment, **more})

    return call
