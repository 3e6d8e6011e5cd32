"""Cardlet: the control loop for your memory. Here the house is put together, and nothing else happens.

The parts are loaded when they are asked for: a command in the terminal needs no pages, which are a third of its start.
"""

import gc
from collections.abc import Mapping
from typing import Any

from flask import Flask


def create_app(settings: Mapping[str, Any] | None = None, *, with_pages: bool = True) -> Flask:
    """The WSGI application. `settings` as `config.read_settings` gives them; left out, from the environment."""
    from app import config, database

    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(config.flask_config(config.read_settings() if settings is None else settings))
    database.init_app(app)
    if with_pages:
        from app import pages

        pages.init_app(app)
    return app


def main() -> None:
    """The console script `cardlet`."""
    # Modules stay to the end: looking through them again and again for what refers to itself would take longer than
    # half of what it takes to load them.
    gc.disable()
    from app import cli

    gc.enable()
    gc.freeze()
    cli.cardlet(obj=create_app, prog_name="cardlet")
