"""The API Lambda loads for a request what serves it: the same routes as the whole app, each from its own blueprint."""

from __future__ import annotations

import json
import subprocess
import sys

import app

PROGRAM = """
import json, sys
from chalicelib.handlers import front_door
told = []
for path in json.load(sys.stdin):
    before = set(sys.modules)
    front_door.answer({"requestContext": {"resourcePath": path, "httpMethod": "PATCH"}, "headers": {},
        "multiValueHeaders": {}, "pathParameters": {}, "body": None, "stageVariables": {},
        "multiValueQueryStringParameters": None, "isBase64Encoded": False}, None)
    methods = sorted(front_door._app.routes.get(path, {}))
    told.append([path, methods, sorted(m for m in set(sys.modules) - before if m.startswith("chalicelib.handlers."))])
print(json.dumps(told))
"""


def loaded(paths: list[str]) -> list[tuple[str, list[str], list[str]]]:
    """For each path, in a new process: the methods that are served after a request for it, and what was loaded."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=json.dumps(paths), capture_output=True, text=True, check=True
    )
    return [(path, methods, modules) for path, methods, modules in json.loads(run.stdout.splitlines()[-1])]


def test_every_route_of_the_whole_app_is_served() -> None:
    whole = {path: sorted(methods) for path, methods in app.app.routes.items()}
    assert len(whole) > 80
    assert {path: methods for path, methods, _ in loaded(sorted(whole))} == whole


def test_a_request_loads_what_serves_it_and_no_other_blueprint() -> None:
    [(_, _, modules)] = loaded(["/captcha"])
    assert "chalicelib.handlers.captcha" in modules
    assert {name for name in modules if name.split(".")[-1] in {"staff", "signings", "pages", "account"}} == set()


def test_what_nobody_serves_is_told_so() -> None:
    assert loaded(["/poem/{number}"])[0][1] == []
