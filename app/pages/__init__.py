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
    deck_text,
    drafts,
    errors,
    exporting,
    forking,
    headers,
    health,
    home,
    importing,
    importing_reports,
    joining,
    language,
    library,
    many,
    marking,
    media,
    notes,
    numbers,
    own_decks,
    people,
    planning,
    practice,
    progress,
    progress_days,
    progress_files,
    replacing,
    retyping,
    searching,
    settings,
    sharing,
    study,
    words,
    writing,
)


def init_app(app: Flask) -> None:
    """Registers all pages and what they share."""
    # Before the check of the form's token, which already reads the form and would refuse a large one.
    app.before_request(importing.allow_large_files)
    app.before_request(media.allow_large_media)
    app.before_request(deck_text.allow_long_texts)
    for common in (access, assets, errors, headers, language, numbers, words):
        common.init_app(app)
    looking_back = (progress, progress_days, progress_files)
    learning = (home, study, practice, marking, cards, notes, planning, *looking_back)
    shared = (sharing, adjusting, class_view, forking)
    coming_and_going = (importing, importing_reports, drafts, exporting)
    authoring = (library, deck_text, writing, own_decks, retyping, media, copying)
    who = (accounts, joining, settings, people)
    finding = (searching, many, replacing)
    for room in (health, *who, *learning, *authoring, *finding, *shared, *coming_and_going):
        app.register_blueprint(room.bp)
