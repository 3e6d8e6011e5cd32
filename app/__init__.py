"""Cardlet: the control loop for your memory. Here the house is put together, and nothing else happens."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from app import cli, config, database, pages


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The WSGI application. `settings` as `config.read_settings` gives them; left out, from the environment."""
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(config.flask_config(config.read_settings() if settings is None else settings))
    database.init_app(app)
    pages.init_app(app)
    return app


def main() -> None:
    """The console script `cardlet`."""
    cli.cardlet(obj=create_app, prog_name="cardlet")
