"""Sign-up with a code in django-allauth: two requests (sign up, give the code), a user and a session written to SQLite.

Its headless API, called in process through Django's WSGI handler with Django's usual middleware; the database is in
memory. People sign up without a password, so that nothing is hashed.
Prints `{"cpu_ms": [per sign-up, one a batch], "sign_ups": n}`.
`python sign_up.py <warm-up sign-ups> <batches> <sign-ups in a batch>`
"""

import io
import json
import re
import secrets
import sys
import time
from typing import Any

import django  # type: ignore[import-not-found,unused-ignore]
from django.conf import settings  # type: ignore[import-not-found,unused-ignore]

settings.configure(
    SECRET_KEY=secrets.token_urlsafe(40),
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "allauth",
        "allauth.account",
        "allauth.headless",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
    EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
    HEADLESS_ONLY=True,
    HEADLESS_CLIENTS=("app",),
    ACCOUNT_LOGIN_METHODS={"email"},
    ACCOUNT_SIGNUP_FIELDS=["email*"],
    ACCOUNT_LOGIN_BY_CODE_ENABLED=True,
    ACCOUNT_EMAIL_VERIFICATION="mandatory",
    ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED=True,
    ACCOUNT_RATE_LIMITS=False,
)
django.setup()

from django.contrib.auth import get_user_model  # type: ignore[import-not-found,unused-ignore] # noqa: E402
from django.contrib.sessions.models import Session  # type: ignore[import-not-found,unused-ignore] # noqa: E402
from django.core import mail  # type: ignore[import-not-found,unused-ignore] # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # type: ignore[import-not-found,unused-ignore] # noqa: E402
from django.core.management import call_command  # type: ignore[import-not-found,unused-ignore] # noqa: E402
from django.urls import include, path  # type: ignore[import-not-found,unused-ignore] # noqa: E402

urlpatterns = [path("_allauth/", include("allauth.headless.urls"))]
call_command("migrate", verbosity=0)
application = WSGIHandler()
mail.outbox = []


def post(where: str, body: dict[str, str], session_token: str = "") -> tuple[int, dict[str, Any]]:
    """One request through the WSGI handler: status and JSON."""
    content = json.dumps(body).encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/_allauth/app/v1/auth/{where}",
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(content)),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(content),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
    }
    if session_token:
        environ["HTTP_X_SESSION_TOKEN"] = session_token
    statuses: list[str] = []
    response = application(environ, lambda status, _headers: statuses.append(status))
    answer = json.loads(b"".join(response))
    response.close()
    return int(statuses[0][:3]), answer


def sign_up(email: str) -> None:
    """Both requests; the code is read from the mail that was sent."""
    status, answer = post("signup", {"email": email})
    assert status == 401, (status, answer)  # 401: signed up, the email is to be verified
    code = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", mail.outbox.pop().body, re.MULTILINE)
    assert code, "the mail holds no code"
    status, answer = post("email/verify", {"key": code.group(1)}, answer["meta"]["session_token"])
    assert status == 200, (status, answer)
    assert answer["meta"]["is_authenticated"], answer


def batch(first: int, count: int) -> float:
    """CPU of one sign-up in milliseconds, over `count` of them, all written to an empty database."""
    get_user_model().objects.all().delete()
    Session.objects.all().delete()
    before = time.process_time()
    for person in range(first, first + count):
        sign_up(f"person{person}@example.in")
    used = time.process_time() - before
    assert get_user_model().objects.count() == count, "a user was not written"
    assert Session.objects.count() == count, "a session was not written"
    return used * 1000 / count


def main(warm_up: int, batches: int, size: int) -> None:
    batch(0, warm_up)
    cpu = [batch(warm_up + number * size, size) for number in range(batches)]
    print(json.dumps({"cpu_ms": cpu, "sign_ups": batches * size}))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
