"""Masks over a picture in a real browser: where they lie, in a frame and in the page, without any script."""

from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import FrameLocator, Locator, Page, expect

from app.database import writing
from app.library.media import name_file, store_file
from app.models import Card, Note, NoteType, User
from tests.browser.steps import sign_up
from tests.browser.test_accessibility import violations
from tests.browser.test_thirty_cards import png
from tests.factories import a_deck, a_follow, at
from tests.rendering.test_occlusion import BACK, CSS, FRONT, NAMES

pytestmark = pytest.mark.long

WIDTH, HEIGHT = 300, 200
SHAPES = "<br>".join(
    [
        "{{c1::image-occlusion:rect:left=.1:top=.2:width=.3:height=.1:oi=1}}",
        "{{c2::image-occlusion:ellipse:left=.5:top=.5:rx=.1:ry=.2:oi=1}}",
        "{{c3::image-occlusion:polygon:points=.7,.1 .9,.1 .8,.4:oi=1}}",
        "{{c4::image-occlusion:rect:left=.2:top=.5:width=.2:height=.1:angle=90:oi=1}}",
        "{{c0::image-occlusion:text:left=.02:top=.02:text=Heart}}",
    ]
)
PLACES = [(30, 40, 90, 20), (150, 100, 60, 80), (210, 20, 60, 60), (40, 100, 20, 60)]
"""Left, top, width and height of each mask in the picture, in its pixels; what is measured has an outline around it.
The last is turned by a quarter around its upper left corner, in a picture that is not square."""


def occluded(app: Flask, folder: Path, css: str) -> int:
    """Ada follows a deck with one picture and a card for each of four masks; the first of them."""
    stored = store_file(folder / "media", BytesIO(png(WIDTH, HEIGHT, (120, 160, 120))), "heart.png")
    with app.app_context(), writing() as session:
        ada = session.scalars(sa.select(User)).one()
        name_file(session, ada, "heart.png", stored, at(0))
        deck = a_deck(session, owner=ada)
        a_follow(session, ada, deck)
        templates = [{"name": "Image Occlusion", "front": FRONT, "back": BACK}]
        own = NoteType(owner_id=ada.id, kind="custom", name="IO", field_names=list(NAMES), templates=templates, css=css)
        own.guid = "io"
        session.add(own)
        session.flush()
        note = Note(owner_id=ada.id, note_type_id=own.id, guid="io", language="en", format="html")
        note.fields, note.field_languages = [SHAPES, '<img src="heart.png">', "", "", ""], ["en"] * 5
        note.created_at = note.changed_at = at(0)
        session.add(note)
        session.flush()
        cards = [Card(deck_id=deck.id, note_id=note.id, ordinal=n, position=n) for n in (1, 2, 3, 4)]
        session.add_all(cards)
        session.flush()
        return cards[0].id


def places(side: Locator | FrameLocator) -> list[tuple[object, ...]]:
    """Each mask's kind and state, and where it lies in the picture in the picture's own pixels."""
    picture = side.locator(".occluded img").bounding_box()
    assert picture is not None
    scale = WIDTH / picture["width"]
    found: list[tuple[object, ...]] = []
    for kind in ("rect:not([transform])", "ellipse", "polygon", "rect[transform]"):
        mask = side.locator(f".occluded {kind}")
        box, classes = mask.bounding_box(), mask.get_attribute("class")
        assert box is not None and classes is not None
        place = (box["x"] - picture["x"], box["y"] - picture["y"], box["width"], box["height"])
        found.append((classes.split()[1], *(round(one * scale) for one in place)))
    return found


def near(found: list[tuple[object, ...]], states: list[str]) -> None:
    assert [state for state, *_ in found] == states
    for place, (_, *measured) in zip(PLACES, found, strict=True):
        assert all(abs(one - other) <= 5 for one, other in zip(place, measured, strict=True)), found


NARROW_DARK = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}
WITHOUT_SCRIPTS = {"java_script_enabled": False}


@pytest.mark.parametrize(
    "context_options", [{}, NARROW_DARK, WITHOUT_SCRIPTS], indirect=True, ids=["", "narrow", "bare"]
)
@pytest.mark.parametrize("css", [CSS + "img { max-width: 80%; margin: 1em }", ""], ids=["framed", "in the page"])
def test_masks_lie_where_they_were_drawn(
    page: Page, app: Flask, data_dir: Path, css: str, request: pytest.FixtureRequest
) -> None:
    bare = "bare" in request.node.callspec.id
    sign_up(page, "Ada")
    occluded(app, data_dir, css)
    page.goto("/study")
    asked = page.frame_locator(".question iframe") if css else page.locator(".question")
    expect(asked.locator(".occluded img")).to_be_visible()
    near(places(asked), ["asked", "other", "other", "other"])
    page.locator(".reveal > summary").click()
    told = page.frame_locator(".answer iframe") if css else page.locator(".answer")
    expect(told.locator(".occluded img")).to_be_visible()
    near(places(told), ["found", "other", "other", "other"])
    if not bare:
        assert violations(page) == []
