"""The child's pipe is read ahead, in a thread that ends with it."""

import os
import threading

import pytest

from app.importing.anki.process import PIECE, PIECES, Ahead


@pytest.fixture
def pipe() -> tuple[int, int]:
    return os.pipe()


def write(descriptor: int, pieces: list[bytes]) -> threading.Thread:
    def go() -> None:
        with os.fdopen(descriptor, "wb") as file:
            for piece in pieces:
                file.write(piece)

    thread = threading.Thread(target=go)
    thread.start()
    return thread


def test_bytes_come_as_they_are_asked_for_whatever_pieces_they_came_in(pipe: tuple[int, int]) -> None:
    pieces = [bytes([n % 251]) * (n * 997 % 70_000) for n in range(60)]
    writer = write(pipe[1], pieces)
    with os.fdopen(pipe[0], "rb", buffering=0) as reader:
        ahead = Ahead(reader)
        for piece in pieces:
            assert ahead.read(len(piece)) == piece
        assert ahead.read(1) == b"" and ahead.read(5) == b""
        writer.join()


def test_what_ends_early_gives_what_there_is(pipe: tuple[int, int]) -> None:
    write(pipe[1], [b"four"]).join()
    with os.fdopen(pipe[0], "rb", buffering=0) as reader:
        ahead = Ahead(reader)
        assert ahead.read(100) == b"four"
        ahead.drain()


def test_a_reader_who_stops_in_the_middle_leaves_no_thread(pipe: tuple[int, int]) -> None:
    before = threading.active_count()
    writer = write(pipe[1], [b"x" * PIECE] * (PIECES * 3))
    with os.fdopen(pipe[0], "rb", buffering=0) as reader:
        ahead = Ahead(reader)
        ahead.read(10)
        ahead.drain()
        writer.join()
    for thread in threading.enumerate():
        if thread.daemon and thread is not threading.current_thread():
            thread.join(1)
    assert threading.active_count() <= before
