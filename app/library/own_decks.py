"""Making decks of one's own, giving them another name, moving them."""

import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import N_, Refused
from app.library.following import follow
from app.library.media import own_deck
from app.models import Deck, Learner
from app.models.audience import take_audience
from app.models.deck import decks_inside, with_parents
from app.models.placing import LONGEST_NAME, fit_into_trees, longest_name_inside, name_guid
from app.models.user import name_key, one_at_a_time

NAME = "name"
"""What `Refused` calls the deck's name."""
BETWEEN = "::"
MADE = "made:"
"""How the identity of a deck begins whose name is the identity of another."""


def path_in(text: str) -> list[str]:
    """The names of the decks above and the deck's own, `A::B::C`, as somebody typed them. Raises Refused for a name
    that is empty, too long, or cannot be shown."""
    path = [" ".join(unicodedata.normalize("NFC", part).split()) for part in text.split(BETWEEN)]
    if path == [""]:
        raise Refused(N_("A deck needs a name."), field=NAME)
    if not all(path):
        raise Refused(N_("Before and after each “::” there must be the name of a deck."), field=NAME)
    # `A:::B` would be A and `:B`, which reads as A, nothing and B from then on.
    if any(part.startswith(":") or part.endswith(":") for part in path) or not all(map(str.isprintable, path)):
        raise Refused(
            N_("A deck’s name cannot begin or end with a colon, or have signs in it that cannot be seen."), field=NAME
        )
    if len(BETWEEN.join(path)) > LONGEST_NAME:
        raise Refused(N_("A deck’s name has at most %(longest)s characters."), field=NAME, longest=LONGEST_NAME)
    return path


def make_deck(session: Session, learner: Learner, path: Sequence[str], language: str, now: datetime) -> Deck:
    """Makes an empty deck, with those above it that are missing, and lets the learner follow it. Raises Refused if
    there is one of that name in that place."""
    one_at_a_time(session, learner)
    made: list[Deck] = []
    parent = _way_to(session, learner, path[:-1], language, now, made)
    _refuse_twin(session, learner, path[-1], parent, None)
    deck = _make(session, learner, path, parent, language, now)
    _settle(session, [*made, deck], parent, now)
    follow(session, learner, (made or [deck])[0].id, now)
    return deck


def place_deck(session: Session, learner: Learner, deck_id: int, path: Sequence[str], now: datetime) -> str:
    """Gives the learner's own deck another name, and by it another place; what is inside comes along, and everybody
    who follows it goes on. Returns the name it had, whole. Decks above that are missing are made.

    Raises NotFound; Refused if the deck would lie inside itself, there is one of that name in that place, or the whole
    name of one inside would be too long.
    """
    one_at_a_time(session, learner)
    (deck,) = with_parents(session, [own_deck(session, learner, deck_id)])
    before, inside = deck.path, {deck_id, *decks_inside(session, [deck_id])}
    if list(path) == before.split(BETWEEN):
        return before
    # One that was too long before may become shorter.
    if LONGEST_NAME - longest_name_inside(session, deck_id) < len(BETWEEN.join(path)) > len(before):
        words = N_("The whole name of a deck inside would have more than %(longest)s characters.")
        raise Refused(words, field=NAME, longest=LONGEST_NAME)
    made: list[Deck] = []
    parent = _way_to(session, learner, path[:-1], deck.language, now, made, not_through=inside)
    _refuse_twin(session, learner, path[-1], parent, deck_id)
    deck.name = path[-1]
    parent_id = None if parent is None else parent.id
    if deck.parent_id != parent_id:
        deck.parent_id = parent_id
        session.flush()
        _settle(session, [*made, deck], parent, now)
    session.flush()
    return before


def _settle(session: Session, placed: Sequence[Deck], parent: Deck | None, now: datetime) -> None:
    """Lets the decks, outermost first, be followed and seen as those are that they lie in now."""
    ids = [deck.id for deck in placed]
    fit_into_trees(session, ids, ids[-1], None if parent is None else parent.id, now)
    session.flush()
    for deck_id in ids:
        take_audience(session, deck_id)


def _way_to(
    session: Session,
    learner: Learner,
    path: Sequence[str],
    language: str,
    now: datetime,
    made: list[Deck],
    not_through: Collection[int] = (),
) -> Deck | None:
    """The deck of this path, with whatever is missing on the way added to `made`; None for the empty path."""
    deck: Deck | None = None
    for depth, name in enumerate(path, start=1):
        there = _child(session, learner, name, deck)
        if there is not None and there.id in not_through:
            raise Refused(N_("A deck cannot lie inside itself."), field=NAME)
        if there is None:
            there = _make(session, learner, path[:depth], deck, language, now)
            made.append(there)
        deck = there
    return deck


def _child(session: Session, learner: Learner, name: str, parent: Deck | None, but: int | None = None) -> Deck | None:
    """The learner's deck that is called so in that place, whatever the letters' case."""
    above = Deck.parent_id.is_not_distinct_from(None if parent is None else parent.id)
    own = sa.select(Deck).where(Deck.owner_id == learner.id, Deck.published, above).order_by(Deck.id)
    alike = [deck for deck in session.scalars(own) if name_key(deck.name) == name_key(name) and deck.id != but]
    return next((deck for deck in alike if deck.name == name), alike[0] if alike else None)


def _refuse_twin(session: Session, learner: Learner, name: str, parent: Deck | None, but: int | None) -> None:
    twin = _child(session, learner, name, parent, but)
    if twin is not None:
        raise Refused(N_("You have a deck “%(name)s” there already."), field=NAME, name=twin.name)


def _make(
    session: Session, learner: Learner, path: Sequence[str], parent: Deck | None, language: str, now: datetime
) -> Deck:
    guid = name_guid(path)
    same = (Deck.owner_id == learner.id, Deck.language == language, Deck.guid == guid)
    if session.scalar(sa.select(Deck.id).where(*same)) is not None:
        # A deck that was called so once, and is known by that name to the file it came from.
        guid = f"{MADE}{now.timestamp()}:{BETWEEN.join(path)}"
    deck = Deck(owner_id=learner.id, guid=guid, language=language, name=path[-1], created_at=now, published=True)
    deck.parent_id = None if parent is None else parent.id
    session.add(deck)
    session.flush()
    return deck
