"""A shared deck while its owner leaves, or is shut out: who follows it goes on, and nobody new comes."""

import pytest
from sqlalchemy.orm import Session

from app.accounts import begin_leaving
from app.errors import NotFound
from app.library import follow, stop_following
from app.library.editing import open_note
from app.models import Audience, Deck, Standing, User
from app.models.audience import set_tree
from app.sharing import catalogue, deck_of_link, public_deck, set_audience
from tests.factories import at
from tests.sharing.steps import answer, card_of, waiting


@pytest.mark.parametrize("standing", [Standing.LEAVING, Standing.DISABLED])
def test_of_whoever_leaves_or_is_shut_out_nobody_new_gets_a_deck(
    session: Session, ada: User, bob: User, eve: User, shared: int, standing: Standing
) -> None:
    set_audience(session, ada, shared, Audience.EVERYBODY)
    token = session.get_one(Deck, shared).link_token
    assert [one.deck.id for one in catalogue(session, eve, "", "", 1).decks] == [shared]
    if standing is Standing.LEAVING:
        begin_leaving(session, ada, at(1))
        # A request of theirs may have been on its way.
        set_tree(session, shared, Audience.EVERYBODY)
    ada.standing = standing
    session.flush()
    seen = catalogue(session, eve, "", "", 1)
    assert (seen.decks, seen.languages, seen.count) == ([], [], 0)
    for refused in (
        lambda: follow(session, eve, shared, at(1)),
        lambda: public_deck(session, eve, shared),
        lambda: deck_of_link(session, token),
        lambda: open_note(session, eve, card_of(session, "fr").note_id),
    ):
        with pytest.raises(NotFound):
            refused()
    assert waiting(session, bob, 1) == "Capital of France?"
    answer(session, bob, card_of(session, "fr").id, 1, seen=1)
    assert waiting(session, bob, 1) == "Capital of Spain?", "who follows it goes on, with new cards too"
    stop_following(session, bob, shared, at(1))
    if standing is Standing.LEAVING:
        with pytest.raises(NotFound):
            follow(session, bob, shared, at(1))
    else:
        follow(session, bob, shared, at(1))


def test_leaving_withdraws_what_was_shared(session: Session, ada: User, bob: User, shared: int) -> None:
    set_audience(session, ada, shared, Audience.EVERYBODY)
    begin_leaving(session, ada, at(1))
    deck = session.get_one(Deck, shared)
    assert (deck.audience, deck.link_token, deck.closed_after) == (Audience.OWNER, None, None)
