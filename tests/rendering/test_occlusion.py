"""Image occlusion: a picture whose parts are covered, drawn without a script."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rendering import CardTemplate, Content, Shape, card_ordinals
from app.rendering.cards import Sides, render_sides
from app.rendering.finishing import File, finished, plain_words
from app.rendering.occlusion import MOST_SHAPES, NO_PICTURE, TOO_MANY_SHAPES, WRONG_SHAPE

FRONT = """{{#Header}}<div>{{Header}}</div>{{/Header}}
<div style="display: none">{{cloze:Occlusion}}</div>
<div id="err"></div>
<div id="image-occlusion-container">
    {{Image}}
    <canvas id="image-occlusion-canvas"></canvas>
</div>
<script>
try { anki.imageOcclusion.setup(); } catch (exc) { document.getElementById("err").innerHTML = `Wrong<br>${exc}`; }
</script>
"""
BACK = (
    FRONT
    + '<div><button id="toggle">Toggle Masks</button></div>\n{{#Back Extra}}<div>{{Back Extra}}</div>{{/Back Extra}}'
)
CSS = "#image-occlusion-canvas { --inactive-shape-color: #ffeba2; --active-shape-color: #ff8e8e; }"
NAMES = ("Occlusion", "Image", "Header", "Back Extra", "Comments")
STOCK = Shape("Image Occlusion", NAMES, (CardTemplate("Image Occlusion", FRONT, BACK),), CSS)
RECT = "{{c1::image-occlusion:rect:left=.1:top=.2:width=.3:height=.1}}"
ELLIPSE = "{{c2::image-occlusion:ellipse:left=.5:top=.5:rx=.1:ry=.2}}"
HEART = File("/media/1/heart.png", "image/png")


def note(occlusion: str, image: str = '<img src="heart.png">', header: str = "", shape: Shape = STOCK) -> Content:
    fields = (occlusion, image, header, "It pumps.", "for nobody")
    return Content("custom", fields, ("en",) * 5, "html", shape)


def shown(content: Content, ordinal: int = 1, *, framed: bool = True) -> Sides:
    return finished(render_sides(content, ordinal, framed=framed), {"heart.png": HEART}, plain_words)


def covered(html: str) -> list[str]:
    """The shapes over the picture, in the words of their classes."""
    return re.findall(r'<(\w+) [^<>]*class="mask (\w+)"', html)


def test_each_number_is_a_card_and_a_text_is_none() -> None:
    label = "{{c0::image-occlusion:text:left=.1:top=.1:text=Aorta}}"
    assert card_ordinals(note(f"{RECT}<br>{ELLIPSE}<br>{label}")) == [1, 2]
    assert card_ordinals(note("{{c1,3::image-occlusion:rect:left=0:top=0:width=1:height=1}}")) == [1, 3]


@pytest.mark.parametrize("framed", [True, False])
def test_the_masks_lie_over_the_picture_and_nothing_else_of_the_machinery_is_seen(framed: bool) -> None:
    sides = shown(note(f"{RECT}<br>{ELLIPSE}", header="The heart"), framed=framed)
    picture = '<span class="occluded"><img src="/media/1/heart.png" alt="" decoding="async"><svg'
    for side in (sides.question, sides.answer):
        assert picture in side and side.count("<svg") - side.count("</svg>") == 0
        assert "</svg></span>" in side and "The heart" in side
        assert not re.search("anki|canvas>|image-occlusion:|script|Toggle|exc", side)
    assert "It pumps." in sides.answer and "It pumps." not in sides.question
    assert ('id="image-occlusion-canvas" class="masks"' in sides.question) is framed


def test_the_card_asks_for_its_own_shape_and_shows_where_it_was() -> None:
    content = note(f"{RECT}<br>{ELLIPSE}")
    assert [covered(shown(content, number).question) for number in (1, 2)] == [
        [("rect", "asked")],
        [("ellipse", "asked")],
    ]
    assert covered(shown(content, 1).answer) == [("rect", "found")]


def test_hide_all_guess_one_keeps_the_others_covered_on_both_sides() -> None:
    content = note((RECT + ELLIPSE).replace("}}", ":oi=1}}"))
    assert covered(shown(content, 1).question) == [("rect", "asked"), ("ellipse", "other")]
    assert covered(shown(content, 1).answer) == [("rect", "found"), ("ellipse", "other")]
    assert covered(shown(note((RECT + ELLIPSE).replace("}}", ":oi=0}}"))).question) == [("rect", "asked")]


def test_shapes_of_one_number_are_asked_for_together_and_one_of_two_numbers_twice() -> None:
    content = note(RECT + ELLIPSE.replace("c2", "c1,2"))
    assert len(covered(shown(content, 1).question)) == 2
    assert len(covered(shown(content, 2).question)) == 1


@pytest.mark.parametrize(
    ("shape", "element"),
    [
        (
            "rect:left=.1:top=.2:width=.3:height=.125",
            '<svg x="10%" y="20%" overflow="visible"><rect width="30%" height="12.5%" class="mask asked"/></svg>',
        ),
        (
            "ellipse:left=.5:top=.25:rx=.1:ry=.2:fill=#ffffff",
            '<svg x="50%" y="25%" overflow="visible">'
            '<ellipse cx="10%" cy="20%" rx="10%" ry="20%" class="mask asked"/></svg>',
        ),
        (
            "polygon:left=0:top=0:points=.1,.2 0.5,-.05 1,1",
            '<svg viewBox="0 0 100 100" preserveAspectRatio="none">'
            '<polygon points="10,20 50,-5 100,100" class="mask asked"/></svg>',
        ),
        (
            "rect:left=.1:top=.2:width=.3:height=.1:angle=405",
            '<svg x="10%" y="20%" overflow="visible">'
            '<rect width="30%" height="10%" transform="rotate(45)" class="mask asked"/></svg>',
        ),
        (r"text:left=.1:top=.2:text=a\:b &lt;i>\\:scale=2", '<text x="10%" y="20%">a:b &lt;i&gt;\\</text>'),
    ],
)
def test_a_shape_is_drawn_in_parts_of_the_picture(shape: str, element: str) -> None:
    assert f">{element}</svg></span>" in shown(note(f"{{{{c1::image-occlusion:{shape}}}}}")).question


@pytest.mark.parametrize(
    "shape",
    [
        "rect:left=.1:top=.2:width=.3",
        "rect:left=nan:top=.2:width=.3:height=.1",
        "rect:left=inf:top=.2:width=.3:height=.1",
        "rect:left=1e3:top=.2:width=.3:height=.1",
        "rect:left=120:top=20:width=30:height=10",
        "rect:left=.1:top=.2:width=-.3:height=.1",
        'rect:left=.1"/><script>:top=.2:width=.3:height=.1',
        "ellipse:left=.1:top=.2:rx=.1",
        "polygon:points=.1,.2 .3,.4",
        "polygon:points=.1,.2 .3,.4 .5",
        "polygon:points=.1,.2 .3,.4 .5,a",
        "polygon:points=" + ".1,.2 " * 401,
        "polygon",
        "star:left=.1:top=.2:width=.3:height=.1",
        "text:left=.1:top=.2",
        "",
    ],
)
def test_a_shape_that_cannot_be_read_is_told_and_the_rest_is_drawn(shape: str) -> None:
    side = shown(note(f"{{{{c1::image-occlusion:{shape}}}}}{RECT}")).question
    assert covered(side) == [("rect", "asked")]
    assert side.count("card-fault") == side.count(WRONG_SHAPE) == 1


def test_no_more_shapes_are_drawn_than_a_picture_may_have() -> None:
    side = shown(note(RECT * (MOST_SHAPES + 1))).question
    assert len(covered(side)) == MOST_SHAPES and TOO_MANY_SHAPES in side


def test_shapes_without_a_picture_are_told() -> None:
    assert NO_PICTURE in shown(note(RECT, image="")).question
    missing = finished(render_sides(note(RECT), 1), {}, plain_words).question
    assert '<span class="occluded"><span class="missing">The picture heart.png is missing.</span><svg' in missing


def test_the_picture_is_the_one_in_the_place_for_it_or_else_the_first() -> None:
    badge = '<img src="badge.png">'
    assert "missing.</span></div>" in shown(note(RECT, header=badge)).question
    bare = Shape("Bare", NAMES, (CardTemplate("One", "{{Image}}{{Header}}{{cloze:Occlusion}}", "{{Image}}"),))
    side = shown(note(RECT, header=badge, shape=bare), framed=False)
    assert '<span class="occluded"><img src="/media/1/heart.png"' in side.question
    assert "occluded" not in side.answer


HOSTILE = st.text(alphabet="{}c12:,.=-\\<>\"'& /image-occlusion:rectpolygon", max_size=80)


OURS = re.compile(
    r' (?:x|y|cx|cy|rx|ry|width|height)="-?[\d.]+%"| points="[-\d., ]+"| transform="rotate\([\d.]+\)"'
    r'| (?:class|id|overflow|viewBox|preserveAspectRatio|aria-hidden|focusable)="[\w -]+"'
)


@given(HOSTILE, st.sampled_from(["rect", "ellipse", "polygon", "text"]), st.booleans())
def test_nothing_an_author_writes_becomes_a_tag_or_an_attribute(text: str, kind: str, framed: bool) -> None:
    field = f"{{{{c1::image-occlusion:{kind}:left=.1:top=.1:{text}:text={text}}}}}{text}"
    sides = shown(note(field), framed=framed)
    for drawing in re.findall(r"<svg.*", sides.question, re.DOTALL) + re.findall(r"<svg.*", sides.answer, re.DOTALL):
        own = OURS.sub("", drawing.partition("</span>")[0])
        assert "<" not in re.sub(r"</?(?:svg|rect|ellipse|polygon|text)/?>", "", own)
