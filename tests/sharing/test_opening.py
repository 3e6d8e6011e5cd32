"""A deck that is opened, followed and closed again: who sees it, and what reaches whom."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound, Refused
from app.exporting.choosing import one_deck
from app.library import follow, stop_following
from app.library.contents import deck_page
from app.library.editing import Wording, edit_note, open_note
from app.models import Audience, Deck, Follow, Note, User
from app.models.change import digest_of
from app.sharing import catalogue, deck_of_link, preview_of, public_deck, renew_link, set_audience, sharing_of
from app.sharing.catalogue import DECKS_A_PAGE
from app.study.rebuilding import compare
from app.study.showing import show
from tests.factories import a_deck, at
from tests.sharing.steps import DECK, FRANCE, ITALY, SPAIN, answer, card_of, memories, part_of_it, publish, waiting


def test_a_deck_is_its_owners_alone_until_it_is_opened(session: Session, ada: User, bob: User) -> None:
    deck_id = publish(session, ada, DECK + FRANCE)
    assert sharing_of(session, ada, deck_id).audience is Audience.OWNER
    for refused in (
        lambda: follow(session, bob, deck_id, at(0)),
        lambda: deck_page(session, bob, deck_id, 1),
        lambda: sharing_of(session, bob, deck_id),
        lambda: set_audience(session, bob, deck_id, Audience.EVERYBODY),
        lambda: renew_link(session, bob, deck_id),
        lambda: public_deck(session, bob, deck_id),
        lambda: one_deck(session, bob, deck_id),
    ):
        with pytest.raises(NotFound):
            refused()
    with pytest.raises(Refused):
        renew_link(session, ada, deck_id)


def test_a_guest_has_no_name_to_share_under(session: Session) -> None:
    guest = User(created_at=at(0), seen_at=at(0))
    session.add(guest)
    session.flush()
    deck = a_deck(session, owner=guest, cards=1)
    with pytest.raises(Refused):
        set_audience(session, guest, deck.id, Audience.LINK)


def test_a_link_leads_there_until_it_is_renewed_or_the_deck_closed(session: Session, ada: User, bob: User) -> None:
    deck_id = publish(session, ada, DECK + FRANCE)
    first = set_audience(session, ada, deck_id, Audience.LINK).link_token
    assert len(first) >= 22 and deck_of_link(session, first).id == deck_id
    second = renew_link(session, ada, deck_id).link_token
    assert second != first and deck_of_link(session, second).id == deck_id
    set_audience(session, ada, deck_id, Audience.EVERYBODY)
    assert deck_of_link(session, second).id == deck_id, "whoever has the link need not know that it is public by now"
    set_audience(session, ada, deck_id, Audience.OWNER)
    third = set_audience(session, ada, deck_id, Audience.LINK).link_token
    assert third not in {first, second}
    for token in (first, second, "", "0" * 24):
        with pytest.raises(NotFound):
            deck_of_link(session, token)


def test_by_link_is_not_by_number(session: Session, shared: int, eve: User) -> None:
    with pytest.raises(NotFound):
        follow(session, eve, shared, at(0))
    with pytest.raises(NotFound):
        public_deck(session, eve, shared)
    assert catalogue(session, eve, "", "", 1).decks == []


def test_the_catalogue_finds_what_is_everybodys_by_words_and_language_the_most_followed_first(
    session: Session, ada: User, bob: User, eve: User
) -> None:
    names = {"Capitals of Europe": "en", "Rivers of Europe": "en", "欧洲的首都": "zh-Hans", "100% of it": "en"}
    decks = {name: a_deck(session, cards=2, owner=ada, name=name, language=code) for name, code in names.items()}
    inside = a_deck(session, cards=3, owner=ada, name="Small ones", parent_id=decks["Capitals of Europe"].id)
    hidden = a_deck(session, cards=1, owner=ada, name="Europe, unfinished")
    for deck in decks.values():
        set_audience(session, ada, deck.id, Audience.EVERYBODY)
    for learner in (bob, eve):
        follow(session, learner, decks["Rivers of Europe"].id, at(0))
    stop_following(session, eve, decks["Rivers of Europe"].id, at(0))
    follow(session, ada, decks["Capitals of Europe"].id, at(0))

    def found(words: str = "", language: str = "") -> list[str]:
        return [one.deck.name for one in catalogue(session, bob, words, language, 1).decks]

    assert found() == ["Rivers of Europe", "100% of it", "Capitals of Europe", "欧洲的首都"]
    assert found("europe") == ["Rivers of Europe", "Capitals of Europe"]
    assert found("EUROPE capitals") == ["Capitals of Europe"]
    assert found("首都") == ["欧洲的首都"] == found(language="zh-Hans")
    assert found("%") == ["100% of it"] and found("_") == []
    rivers, _, capitals, _ = catalogue(session, bob, "", "", 1).decks
    assert (rivers.followers, rivers.is_followed, rivers.author) == (1, True, "Ada")
    assert (capitals.followers, capitals.is_followed, capitals.cards) == (0, False, 5), "an owner is no follower"
    assert inside.name not in found() and hidden.name not in found()
    assert preview_of(session, eve, decks["Capitals of Europe"]).decks == [inside]
    with pytest.raises(NotFound):
        catalogue(session, bob, "", "", 2)


def test_a_large_catalogue_comes_page_by_page_and_loads_no_more(session: Session, ada: User, bob: User) -> None:
    for n in range(DECKS_A_PAGE + 2):
        a_deck(session, owner=ada, name=f"Deck {n:02}", audience=Audience.EVERYBODY)
    last = a_deck(session, owner=ada, name="zz", audience=Audience.EVERYBODY)
    a_deck(session, owner=ada, name="Deck of nobody else")
    follow(session, bob, last.id, at(0))
    # The owner following their own deck makes it no more sought after.
    follow(session, ada, session.scalars(sa.select(Deck.id).where(Deck.name == "Deck 31")).one(), at(0))
    session.flush()
    session.expunge_all()
    first, second = (catalogue(session, bob, "", "", page) for page in (1, 2))
    assert (first.count, first.pages, len(first.decks)) == (DECKS_A_PAGE + 3, 2, DECKS_A_PAGE)
    assert [one.deck.name for one in first.decks[:3]] == ["zz", "Deck 00", "Deck 01"]
    assert [one.deck.name for one in second.decks] == ["Deck 29", "Deck 30", "Deck 31"]
    assert first.decks[0].is_followed and first.decks[0].followers == 1


def test_what_the_author_adds_and_corrects_reaches_the_follower_and_costs_no_progress(
    session: Session, ada: User, bob: User, shared: int
) -> None:
    known = memories(session, bob)
    note = session.get_one(Note, card_of(session, "fr").note_id)
    edit_note(session, ada, note.id, Wording(("Capital of **France**?", "Paris"), ()), digest_of(note), at(1))
    assert memories(session, bob) == known
    assert show(session, bob, card_of(session, "fr").id)[0].fields[0] == "Capital of **France**?"
    publish(session, ada, DECK + FRANCE + SPAIN + ITALY, day=1)
    assert memories(session, bob) == known
    assert waiting(session, bob, 1) == "Capital of France?"
    answer(session, bob, card_of(session, "fr").id, 1, seen=1)
    answer(session, bob, card_of(session, "es").id, 1)
    assert waiting(session, bob, 1) == "Capital of Italy?"
    assert compare(session, bob.id).agrees


def test_what_the_author_removes_is_kept_by_whom_has_met_it_and_by_nobody_else(
    session: Session, ada: User, bob: User, shared: int
) -> None:
    for guid in ("fr", "es"):
        card_of(session, guid).retired = True
    session.flush()
    assert waiting(session, bob, 0) is None, "Spain was never met"
    assert waiting(session, bob, 1) == "Capital of France?"
    card, _, _ = show(session, bob, card_of(session, "fr").id)
    assert card.retired
    answer(session, bob, card.id, 1, seen=1)
    page = deck_page(session, bob, shared, 1)
    assert (page.gone, page.own_notes, page.is_closed) == (1, 0, False)


def test_a_deck_inside_has_the_audience_of_the_whole_whenever_it_came(
    session: Session, ada: User, bob: User, eve: User
) -> None:
    whole = publish(session, ada, DECK + FRANCE)
    early = publish(session, ada, part_of_it("Early") + SPAIN)
    set_audience(session, ada, early, Audience.EVERYBODY)
    assert sharing_of(session, ada, early).deck.id == whole, "it is chosen for the whole"
    follow(session, bob, whole, at(0))
    late = publish(session, ada, part_of_it("Late") + ITALY, 1)
    audiences = session.scalars(sa.select(Deck.audience).where(Deck.id.in_([whole, early, late])))
    assert set(audiences) == {Audience.EVERYBODY}
    assert {row.deck_id for row in session.scalars(sa.select(Follow).where(Follow.user_id == bob.id))} == {
        *(whole, early, late)
    }
    set_audience(session, ada, whole, Audience.OWNER)
    later = publish(
        session,
        ada,
        part_of_it("Later") + "## Q {#q}\n\nA\n",
        2,
    )
    assert waiting(session, bob, 2) is None, "what comes in after the closing is nobody's but hers"
    with pytest.raises(NotFound):
        open_note(session, bob, card_of(session, "/q").note_id)
    assert deck_page(session, bob, later, 1).own_notes == 0
