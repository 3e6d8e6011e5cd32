"""DOOR: HTML, one file per room."""

from flask import Flask

from app.pages import (
    access,
    accounts,
    adjusting,
    assets,
    cards,
    class_view,
    copying,
    drafts,
    errors,
    exporting,
    forking,
    headers,
    health,
    home,
    importing,
    importing_reports,
    language,
    library,
    many,
    marking,
    media,
    notes,
    numbers,
    planning,
    practice,
    progress,
    progress_days,
    progress_files,
    replacing,
    searching,
    sharing,
    study,
    words,
)


def init_app(app: Flask) -> None:
    """Registers all pages and what they share."""
    # Before the check of the form's token, which already reads the form and would refuse a large one.
    app.before_request(importing.allow_large_files)
    app.before_request(media.allow_large_media)
    for common in (access, assets, errors, headers, language, numbers, words):
        common.init_app(app)
    looking_back = (progress, progress_days, progress_files)
    learning = (home, study, practice, marking, cards, notes, planning, *looking_back)
    shared = (sharing, adjusting, class_view, forking)
    coming_and_going = (importing, importing_reports, drafts, exporting)
    finding = (searching, many, replacing)
    for room in (health, accounts, *learning, library, *finding, *shared, media, copying, *coming_and_going):
        app.register_blueprint(room.bp)
