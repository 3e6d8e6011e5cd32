"""What every page carries, and the pages that only show."""

import gzip
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.models import User
from app.pages.headers import CONTENT_SECURITY_POLICY
from tests.factories import a_deck, a_follow
from tests.visitor import Visitor


@pytest.mark.parametrize("path", ["/", "/study", "/nowhere", "/healthz", "/sign-in"])
def test_every_response_is_locked_down(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Cache-Control"] == "no-store"


def test_the_cookie_is_kept_from_scripts_and_over_https_from_the_wire(app: Flask) -> None:
    plain = app.test_client().get("/").headers["Set-Cookie"]
    secure = app.test_client().get("/", base_url="https://localhost").headers["Set-Cookie"]
    assert "HttpOnly" in plain and "SameSite=Lax" in plain and "Secure" not in plain
    assert "Secure" in secure


def test_assets_are_kept_for_good_and_change_their_address_with_their_content(client: FlaskClient) -> None:
    page = client.get("/").text
    address = page.split('href="/static/')[1].split('"')[0]
    with client.get(f"/static/{address}") as response:
        assert response.status_code == 200
        assert "immutable" in response.headers["Cache-Control"]
    style = address.rpartition("/")[0] + "/base.css"
    with client.get(f"/static/{style}") as response:
        plain = response.data
    zipped = client.get(f"/static/{style}", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(zipped.data) == plain
    assert "Accept-Encoding" in zipped.headers["Vary"]
    assert len(zipped.data) * 2 < len(plain)
    assert client.get("/static/another/base.css").status_code == 404
    assert client.get(f"/static/{address.split('/')[0]}/../config.py").status_code == 404


def test_health_says_alive_and_ready(client: FlaskClient, change: Callable) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/readyz").status_code == 200
    change(lambda session: session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'")))
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("asked", "language"), [("zh-CN", "zh-Hans"), ("zh-Hans-SG", "zh-Hans"), ("en-US", "en"), ("de", "en")]
)
def test_the_browsers_language_is_spoken(client: FlaskClient, asked: str, language: str) -> None:
    page = client.get("/", headers={"Accept-Language": asked}).text
    assert f'<html lang="{language}"' in page


def test_a_chosen_language_stays_chosen_even_after_signing_up(visitor: Callable[[], Visitor]) -> None:
    ada = visitor()
    ada.get("/")
    ada.press("/language", language="zh-Hans")
    assert 'lang="zh-Hans"' in ada.page
    ada.sign_up("Ada")
    assert 'lang="zh-Hans"' in ada.get("/").text
    ada.press("/language", language="en")
    assert '<html lang="en"' in ada.page


def test_a_language_there_is_not_is_404(visitor: Callable[[], Visitor]) -> None:
    ada = visitor()
    ada.get("/")
    assert ada.press("/language", language="tlh").status_code == 404


def test_settings_are_kept(visitor: Callable[[], Visitor], stored: Callable) -> None:
    ada = visitor().sign_up("Ada")
    ada.get("/settings")
    form = ada.form("/settings")
    assert form.fields["single_key_shortcuts"] == ""
    fields = {name: value for name, value in form.fields.items() if name != "single_key_shortcuts"}
    ada.client.post("/settings", data={**fields, "theme": "dark", "time_zone": "Asia/Shanghai", "day_starts_at": "0"})
    row = stored(sa.select(User.theme, User.time_zone, User.day_starts_at, User.single_key_shortcuts))[0]
    assert tuple(row) == ("dark", "Asia/Shanghai", 0, False)
    assert 'data-theme="dark"' in ada.get("/").text


def test_progress_tells_what_was_done_in_figures_pictures_and_tables(
    visitor: Callable[[], Visitor], change: Callable
) -> None:
    ada = visitor().sign_up("Ada")

    def make(session: Session) -> None:
        a_follow(session, session.scalars(sa.select(User)).one(), a_deck(session, cards=3, name="Roles"))

    change(make)
    assert "Nothing is scheduled yet" in ada.get("/progress").text
    ada.get("/study")
    ada.answer(4)
    page = ada.get("/progress").text
    assert "<dd>1</dd>" in page
    assert 'role="img" aria-label="No card waits today. In the long run your intervals ask for about 1 a day."' in page
    assert 'aria-label="0 mature, 1 young, 2 new"' in ada.get("/progress/memory").text
    assert 'aria-label="1 answer on 1 day, 1 a day of study."' in page


def test_a_proxy_is_believed_only_as_far_as_the_setting_says(app: Flask, environment: dict[str, str]) -> None:
    from app import create_app
    from app.config import read_settings
    from app.database import close

    claims = {"X-Forwarded-Proto": "https"}
    assert "Strict-Transport-Security" not in app.test_client().get("/", headers=claims).headers
    behind = create_app(read_settings({**environment, "CARDLET_TRUSTED_PROXIES": "1"}))
    assert "Strict-Transport-Security" in behind.test_client().get("/", headers=claims).headers
    close(behind)


@pytest.mark.parametrize(("language", "first"), [("en", "Cells"), ("zh-Hans", "细胞")])
def test_starter_decks_in_the_readers_language_come_first(
    visitor: Callable[[], Visitor], change: Callable, language: str, first: str
) -> None:
    def make(session: Session) -> None:
        for name, its in (("Cells", "en"), ("细胞", "zh-Hans")):
            a_deck(session, name=name, language=its, cards=1)

    change(make)
    ada = visitor().sign_up("Ada")
    ada.get("/decks")
    ada.press("/language", language=language)
    shelf = ada.get("/decks").text
    other = {"Cells": "细胞", "细胞": "Cells"}[first]
    assert 0 < shelf.index(f">{first}<") < shelf.index(f">{other}<")
