"""What keeps others out of pages: no frames, cookies that scripts cannot read, and limits on what may be sent."""

import json
import os
import subprocess
import sys
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings

from samen.words import say

COOKIES = ("SESSION_COOKIE", "CSRF_COOKIE", "LANGUAGE_COOKIE")
ASK = f"""
import json
from django.conf import settings
print(json.dumps({{name: getattr(settings, name + "_SECURE") for name in {COOKIES!r}}} | {{"hsts": settings.SECURE_HSTS_SECONDS}}))
"""


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/help", "/account/login/", "/no-such-page"])
def test_no_other_site_can_put_our_pages_in_a_frame(client, path):
    headers = client.get(path).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_pages_tell_no_other_site_where_somebody_came_from(client):
    headers = client.get("/help").headers
    assert (headers["Referrer-Policy"], headers["X-Content-Type-Options"]) == ("same-origin", "nosniff")


def asked_of(home: Path, **set_: str) -> dict[str, object]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SAMEN_")}
    environment = {**kept, **set_, "SAMEN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "samen.web.settings"}
    said = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True)
    return json.loads(said.stdout)


def test_behind_tls_every_cookie_goes_over_https_alone_and_browsers_insist(tmp_path):
    found = asked_of(tmp_path, SAMEN_HTTPS="1")
    assert found.pop("hsts") >= 365 * 24 * 3600
    assert found == dict.fromkeys(COOKIES, True)


@pytest.mark.django_db
def test_no_script_can_read_a_cookie_and_no_other_site_can_send_one(client):
    client.get("/account/login/")
    client.post("/theme", {"theme": "dark", "next": "/"})
    assert {"csrftoken", "samen_theme"} <= set(client.cookies)
    for name in ("csrftoken", "samen_theme"):
        assert client.cookies[name]["httponly"], name
        assert client.cookies[name]["samesite"] == "Lax", name
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("what", ["words", "file"])
def test_what_is_larger_than_any_page_asks_for_is_refused_in_plain_words(client, what, language):
    large = "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    client.cookies["django_language"] = language
    answer = client.post("/theme", {"theme": BytesIO(large.encode()) if what == "file" else large})
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert say("web.errors.413.title", language) in answer.content.decode()


@pytest.mark.django_db
def test_what_is_too_large_is_refused_before_anything_is_read(client):
    answer = client.generic("POST", "/theme", b"", "text/plain", CONTENT_LENGTH=str(2**40))
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
