"""Which files an author's fields show, so that somebody else's wording of them may show these and no others."""

import pytest

from app.rendering.text import files_shown_in


@pytest.mark.parametrize(
    ("format", "text", "names"),
    [
        ("markdown", "![](data.png)", {"data.png"}),
        ("markdown", '{{c1::![a](<my data.png> "title")}}', {"my data.png"}),
        ("markdown", "![a][b]\n\n[b]: my%20data.png", {"my data.png"}),
        ("markdown", "a.png is the name, and `![](b.png)` code", set()),
        ("html", '<img src="a&amp;b.png">[sound:c d.mp3]', {"a&b.png", "c d.mp3"}),
        ("html", "<p>a.png</p>", set()),
        ("html", " a.png ", {"a.png"}),
        ("html", "e\u0301.png", {"\u00e9.png"}),
    ],
)
def test_the_names_are_whole(format: str, text: str, names: set[str]) -> None:
    found = files_shown_in([text, "words"], format)
    # A field that is a name and nothing else counts as one.
    assert found - {"words", text} == names
