"""Which files a text names."""

from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from app.models import media
from app.models.media import named_in

ENDS = st.sampled_from([".png", ".mp3", "a.b", ".jpeg", "é.gif", "x"])
NAMES = st.builds(lambda stem, end: stem + end, st.text("ab (.é", max_size=4), ENDS)


@given(st.sets(NAMES, max_size=30), st.lists(st.tuples(NAMES, st.sampled_from(["", " ", "x", "\n", '"'])), max_size=20))
def test_many_names_are_found_as_few_are(names: set[str], written: list[tuple[str, str]]) -> None:
    text = "".join(name + between for name, between in written) + quote("".join(name for name, _ in written[:3]))
    few = {name for one in sorted(names) for name in named_in([one], text)}
    # So many that none of them stands there.
    more = names | {f"{number:09}{end}" for number in range(media.MANY) for end in (".png", ".mp3")}
    assert named_in(more, text) == few


def test_many_names_that_all_end_otherwise_are_found_too() -> None:
    names = [f"file {number}" for number in range(1000, 1300)]
    assert named_in(names, "see file 1033 and FILE 1034, file%201299") == {"file 1033", "file 1299"}
