"""Hostile packages: what is wrong with the database."""

import json
from pathlib import Path

from tests.importing.anki_packages import Card, Collection, Deck, Note, Type, varint
from tests.importing.hostile_cases import changed, harmless, plain, refused, with_database


@refused("no SQLite database")
def collection_is_text(folder: Path) -> bytes:
    return changed(folder, collection_anki2=b"nothing of the kind" * 100)


@refused("damaged")
def header_alone(folder: Path) -> bytes:
    return changed(folder, collection_anki2=b"SQLite format 3\0" + bytes(4080))


@refused("damaged")
def database_cut_off(folder: Path) -> bytes:
    whole = Collection(notes=[Note(f"{n}\x1f{'x' * 300}") for n in range(200)]).entries(folder)["collection.anki2"]
    return changed(folder, collection_anki2=whole[: len(whole) // 2])


@refused("views, triggers")
def view(folder: Path) -> bytes:
    return with_database(folder, "ALTER TABLE notes RENAME TO n", "CREATE VIEW notes AS SELECT * FROM n")


@refused("views, triggers")
def endless_view(folder: Path) -> bytes:
    return with_database(
        folder,
        "ALTER TABLE revlog RENAME TO r",
        "CREATE VIEW revlog AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)"
        " SELECT id, 1 AS cid, 1 AS ease, 1 AS ivl, 1 AS lastIvl, 1 AS factor, 1 AS time, 1 AS type FROM n",
    )


@refused("views, triggers")
def trigger(folder: Path) -> bytes:
    return with_database(folder, "CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM notes; END")


@refused("views, triggers")
def virtual_table(folder: Path) -> bytes:
    return with_database(folder, "CREATE VIRTUAL TABLE v USING fts5(text)")


@refused("views, triggers")
def many_tables(folder: Path) -> bytes:
    return with_database(folder, *(f"CREATE TABLE t{number} (a)" for number in range(300)))


@refused("“revlog” is not as it should be")
def table_missing(folder: Path) -> bytes:
    return with_database(folder, "DROP TABLE revlog")


@refused("“notes” is not as it should be")
def column_missing(folder: Path) -> bytes:
    return with_database(folder, "ALTER TABLE notes DROP COLUMN flds")


@refused("damaged")
def newer_tables_missing(folder: Path) -> bytes:
    return with_database(folder, "DROP TABLE templates", generation=3)


@refused("“col” is not as it should be")
def no_row_in_col(folder: Path) -> bytes:
    return with_database(folder, "DELETE FROM col")


@refused("newer Anki")
def schema_of_the_future(folder: Path) -> bytes:
    return plain(folder, version=99)


@refused("note types are damaged")
def models_broken(folder: Path) -> bytes:
    return with_database(folder, "UPDATE col SET models = '{\"1\": {'")


@refused("note types are damaged")
def models_too_deep(folder: Path) -> bytes:
    return with_database(folder, f"UPDATE col SET models = '{'[' * 100_000}'")


@refused("note types are damaged")
def models_of_numbers(folder: Path) -> bytes:
    return with_database(folder, "UPDATE col SET models = '{\"1\": 5}'")


@refused("decks are damaged")
def decks_a_blob(folder: Path) -> bytes:
    return with_database(folder, "UPDATE col SET decks = x'00ff00ff'")


@refused("options are damaged")
def options_null(folder: Path) -> bytes:
    return with_database(folder, "UPDATE col SET dconf = 'null'")


@refused("settings are damaged")
def settings_broken(folder: Path) -> bytes:
    return with_database(folder, "UPDATE col SET conf = '[]'")


@refused("settings cannot be read")
def messages_broken(folder: Path) -> bytes:
    return with_database(folder, "UPDATE notetypes SET config = x'ffffffffffffffffffffff'", generation=3)


@refused("settings cannot be read")
def messages_are_text(folder: Path) -> bytes:
    return with_database(folder, "UPDATE decks SET kind = 'text'", generation=3)


@refused("settings cannot be read")
def message_longer_than_it_is(folder: Path) -> bytes:
    blob = (varint(3 << 3 | 2) + varint(2**40)).hex()
    return with_database(folder, f"UPDATE notetypes SET config = x'{blob}'", generation=3)


@refused("is not as Anki writes it")
def model_without_fields(folder: Path) -> bytes:
    return plain(folder, types=[Type(1, "Empty", fields=())])


@refused("is not as Anki writes it")
def model_with_ten_thousand_fields(folder: Path) -> bytes:
    return plain(folder, types=[Type(1, "Many", fields=tuple(f"f{n}" for n in range(10_000)))])


@refused("is not as Anki writes it")
def model_with_endless_template(folder: Path) -> bytes:
    return plain(folder, types=[Type(1, "Long", templates=(("a", "x" * 2_000_000, ""),))])


@refused("more decks, note types")
def models_without_end(folder: Path) -> bytes:
    return plain(folder, types=[Type(n, f"t{n}") for n in range(6_000)])


@refused("a deck's name has at most")
def deck_name_without_end(folder: Path) -> bytes:
    return plain(folder, decks=[Deck(1, "a::" * 100_000)])


@refused("not UTF-8")
def deck_name_not_utf8(folder: Path) -> bytes:
    return with_database(
        folder, "DROP INDEX idx_decks_name", "UPDATE decks SET name = CAST(x'ff41' AS TEXT)", generation=3
    )


@refused("not UTF-8")
def guid_not_utf8(folder: Path) -> bytes:
    return with_database(folder, "UPDATE notes SET guid = CAST(x'ff41' AS TEXT)")


@refused("more than 16 MiB")
def text_of_many_megabytes(folder: Path) -> bytes:
    return plain(folder, notes=[Note("x" * 17_000_000 + "\x1fy")])


@refused("more cards than anybody")
def note_with_many_cards(folder: Path) -> bytes:
    return plain(folder, notes=[Note("a\x1fb", cards=[Card(ord=n) for n in range(2_000)])])


@refused("more answers than anybody")
def card_with_many_answers(folder: Path) -> bytes:
    answers = [(1_600_200_000_000 + n, 3, 1, 1, 2500, 1000, 1) for n in range(50_002)]
    return plain(folder, notes=[Note("a\x1fb", cards=[Card(type=2, answers=answers)])])


@refused("damaged")
def log_of_texts(folder: Path) -> bytes:
    card = Card(type=2, queue=2, due=9, ivl=2, answers=[(1_600_200_000_000, 3, 1, 1, 2500, 1000, 1)])
    return plain(folder, notes=[Note("a\x1fb", cards=[card])], sql=["UPDATE revlog SET ivl = 'many'"])


@refused("“col” is not as it should be")
def column_that_is_reckoned(folder: Path) -> bytes:
    """A column that would run a function whenever it is read."""
    return with_database(
        folder,
        "CREATE TABLE c (id integer PRIMARY KEY, crt, mod, ver, models, decks, dconf, conf AS (upper(models)))",
        "DROP TABLE col",
        "ALTER TABLE c RENAME TO col",
        "INSERT INTO col (id, crt, mod, ver, models, decks, dconf) VALUES (1, 1, 1, 11, '{}', '{}', '{}')",
    )


# What is whole in them is taken


@harmless("longer than")
def field_of_a_million(folder: Path) -> bytes:
    return plain(folder, notes=[Note("x" * 1_000_000 + "\x1fy"), Note("a\x1fb")])


@harmless("not UTF-8")
def field_not_utf8(folder: Path) -> bytes:
    return plain(folder, notes=[Note(b"\xff\xfe\x1fy"), Note("a\x1fb")])


@harmless("not UTF-8")
def field_with_a_lone_surrogate(folder: Path) -> bytes:
    return plain(folder, notes=[Note(b"a\xed\xa0\x80\x1fy"), Note("a\x1fb")])


@harmless("NUL")
def field_with_nul(folder: Path) -> bytes:
    return plain(folder, notes=[Note(b"a\0b\x1fy"), Note("a\x1fb")])


@harmless("more fields")
def more_fields_than_the_type(folder: Path) -> bytes:
    return plain(folder, notes=[Note("a\x1fb\x1fc"), Note("a\x1fb")])


@harmless("note type of this note")
def note_of_no_type(folder: Path) -> bytes:
    return plain(folder, notes=[Note("a\x1fb", type=77), Note("a\x1fb")])


@harmless("no cards")
def note_without_cards(folder: Path) -> bytes:
    return plain(folder, notes=[Note("a\x1fb", cards=()), Note("a\x1fb")])


@harmless("does not hold")
def media_list_names_what_is_not_there(folder: Path) -> bytes:
    return changed(folder, media=json.dumps({"0": "a.png", "7": "b.png", "collection.anki2": "c.png"}).encode())


@harmless("for their names")
def media_list_with_paths(folder: Path) -> bytes:
    names = {"0": "../../a.png", "1": "/etc/passwd", "2": "..", "3": "a\0b", "4": ".hidden", "5": "x" * 400}
    return changed(folder, media=json.dumps(names).encode())


@harmless("")
def media_list_missing(folder: Path) -> bytes:
    return changed(folder, media=None)


@harmless("")
def media_list_of_numbers(folder: Path) -> bytes:
    return changed(folder, media=b'{"0": 5, "1": null}')


@harmless("moment cannot be")
def answers_before_time_began(folder: Path) -> bytes:
    answers = [(-5, 3, 1, 1, 2500, 1000, 1), (2**62, 3, 1, 1, 2500, 1000, 1)]
    return plain(folder, notes=[Note("a\x1fb", cards=[Card(type=2, queue=2, due=9, ivl=2, answers=answers)])])


@harmless("")
def numbers_without_bounds(folder: Path) -> bytes:
    card = Card(type=2, queue=2, due=2**62, ivl=-(2**62), factor=2**40, reps=-9, lapses=2**50, flags=-1, odid=2**60)
    data = '{"s": 1e999, "d": -5, "lrt": 1e300, "pos": 99999999999999999999}'
    return plain(folder, notes=[Note("a\x1fb", cards=[card]), Note("c\x1fd", cards=[Card(type=2, ivl=3, data=data)])])


@harmless("")
def created_at_the_end_of_time(folder: Path) -> bytes:
    return plain(folder, created=2**62, changed=-(2**62))


@harmless("")
def settings_of_another_kind(folder: Path) -> bytes:
    conf = {"creationOffset": 10**30, "fsrs": "yes", "rollover": [4]}
    return plain(folder, conf=conf, notes=[Note("a\x1fb", cards=[Card(deck=404, data="[[[[")])])
