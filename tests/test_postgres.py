"""The script that puts a PostgreSQL server beside the tests."""

import pytest

from tests import postgres


def test_without_postgresql_it_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def nowhere() -> None:
        raise postgres.NoPostgres("PostgreSQL is not installed.")

    monkeypatch.setattr(postgres, "programs_folder", nowhere)
    monkeypatch.setattr(postgres.signal, "signal", lambda *_: None)
    assert postgres.main(["true"]) == 1
    assert capfd.readouterr() == ("", "PostgreSQL is not installed.\n")


@pytest.mark.postgresql
def test_the_commands_status_is_its_own_and_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres.signal, "signal", lambda *_: None)
    folders: list[str] = []
    make = postgres.tempfile.mkdtemp
    monkeypatch.setattr(postgres.tempfile, "mkdtemp", lambda **names: folders.append(make(**names)) or folders[-1])
    assert postgres.main(["sh", "-c", f'test -n "${postgres.VARIABLE}" && exit 7']) == 7
    assert [postgres.Path(folder).exists() for folder in folders] == [False]
