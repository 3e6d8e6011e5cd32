"""Settings: what the environment says, and what becomes of a mistake in it."""

import stat
from pathlib import Path

import pytest

from app.config import BadSetting, flask_config, read_settings, unknown_variables


def test_without_variables_every_setting_has_its_default() -> None:
    settings = read_settings({})
    assert (settings["HOST"], settings["PORT"], settings["SIGN_UP"]) == ("127.0.0.1", 5000, "open")


def test_variables_are_read_as_what_they_mean() -> None:
    settings = read_settings({"CARDLET_PORT": "8080", "CARDLET_DATA_DIR": "somewhere"})
    assert (settings["PORT"], settings["DATA_DIR"]) == (8080, Path("somewhere"))


@pytest.mark.parametrize(
    ("variable", "value"), [("CARDLET_PORT", "many"), ("CARDLET_PORT", "99999"), ("CARDLET_SIGN_UP", "maybe")]
)
def test_a_value_that_cannot_be_is_named(variable: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"{variable}={value} cannot be used: expected (a number from|open or)"):
        read_settings({variable: value})


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_means_the_driver_we_are_tested_with(scheme: str) -> None:
    url = read_settings({"CARDLET_DATABASE_URL": f"{scheme}://ada:a%2Fb@db/cards"})["DATABASE_URL"]
    assert url == "postgresql+psycopg://ada:a%2Fb@db/cards"


@pytest.mark.parametrize("url", ["sqlite:///cards.sqlite3", "postgresql+psycopg2://db/cards", "foo"])
def test_an_address_that_says_more_is_left_as_it_is(url: str) -> None:
    assert read_settings({"CARDLET_DATABASE_URL": url})["DATABASE_URL"] == url


def test_a_misspelt_variable_is_noticed() -> None:
    assert unknown_variables({"CARDLET_PROT": "1", "CARDLET_PORT": "1", "PATH": ""}) == ["CARDLET_PROT"]


def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    settings = read_settings({"CARDLET_DATA_DIR": str(tmp_path / "data")})
    first, second = flask_config(settings)["SECRET_KEY"], flask_config(settings)["SECRET_KEY"]
    assert first == second
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "data" / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret-key"]


def test_two_installations_have_different_keys(tmp_path: Path) -> None:
    keys = {
        flask_config(read_settings({"CARDLET_DATA_DIR": str(tmp_path / name)}))["SECRET_KEY"] for name in ("one", "two")
    }
    assert len(keys) == 2
