"""The picture of the cluster: its parts are what the starter decks teach, and nothing of it lies on anything."""

from collections import Counter
from itertools import combinations

import pytest

from app.pages.cluster_drawing import NARROW, WIDE, Box, Drawing, drawn
from app.pages.cluster_map import AREAS, LEFT_OUT, parts_of
from tests.starter_decks import LANGUAGES, TOPICS, file_of, notes_in, read

PARTS = [part for area in AREAS for part in parts_of(area)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_of_the_picture_has_cards(language: str) -> None:
    tags = Counter(tag for _, note in notes_in(language) for tag in note.tags)
    assert [part.name for part in PARTS if not tags[part.tag]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_deck_is_an_area(language: str) -> None:
    guids = {read(file_of(topic, language))[0].header.guid for topic in TOPICS}
    assert {area.topic for area in AREAS if area.topic} == guids


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_is_a_part_or_named_as_left_out(language: str) -> None:
    tags = {tag for _, note in notes_in(language) for tag in note.tags}
    drawn_ones = {part.tag for part in PARTS}
    assert tags == drawn_ones | LEFT_OUT
    assert drawn_ones & LEFT_OUT == set()
    assert len(drawn_ones) == len(PARTS), "no tag is drawn twice"


@pytest.fixture(params=[WIDE, NARROW])
def drawing(request: pytest.FixtureRequest) -> Drawing:
    return drawn(request.param)


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width and other.x < one.x + one.width and one.y < other.bottom and other.y < one.bottom
    )


def test_everything_is_drawn_once_and_inside_the_picture(drawing: Drawing) -> None:
    assert [area for area, _ in drawing.areas if not area.topic] == []
    assert {area.topic for area, _ in drawing.areas} == {area.topic for area in AREAS if area.topic}
    assert Counter(part.tag for part, _ in drawing.parts + drawing.heads) == Counter(part.tag for part in PARTS)
    for _, box in [*drawing.areas, *drawing.parts, *drawing.heads]:
        assert box.x >= 0
        assert box.x + box.width <= drawing.width + 0.01
        assert box.bottom <= drawing.height


def test_nothing_lies_on_anything(drawing: Drawing) -> None:
    for boxes in (drawing.areas, [*drawing.parts, *drawing.heads]):
        assert [pair for pair in combinations([box for _, box in boxes], 2) if overlap(*pair)] == []
    inside = [box for area, box in drawing.areas if overlap(box, drawing.cluster)]
    assert len(inside) == 7
    for box in inside:
        assert drawing.cluster.y < box.y
        assert box.bottom < drawing.cluster.bottom


def test_a_part_can_be_hit_with_a_thumb(drawing: Drawing) -> None:
    assert min(box.height for _, box in drawing.parts) >= 44
    assert min(box.width for _, box in drawing.parts) >= 88
