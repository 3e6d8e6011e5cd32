"""DOOR: HTML, one file per room."""

from flask import Flask

from app.pages import (
    access,
    accounts,
    assets,
    cards,
    copying,
    drafts,
    errors,
    headers,
    health,
    home,
    importing,
    language,
    library,
    marking,
    media,
    numbers,
    planning,
    progress,
    study,
    words,
)


def init_app(app: Flask) -> None:
    """Registers all pages and what they share."""
    # Before the check of the form's token, which already reads the form and would refuse a large one.
    app.before_request(importing.allow_large_files)
    app.before_request(media.allow_large_media)
    for shared in (access, assets, errors, headers, language, numbers, words):
        shared.init_app(app)
    content = (library, media, importing, drafts)
    for room in (health, home, accounts, study, marking, cards, copying, *content, planning, progress):
        app.register_blueprint(room.bp)
