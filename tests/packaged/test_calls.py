"""Each function may do exactly what its code was seen to do when everything was walked through."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters import keys
from infra.deployment_zip import SERVICES
from infra.local.laptop import Laptop
from tests.packaged.permissions import allowed, needed
from tests.packaged.reading import Allowed, functions
from tests.packaged.walks import walk_everything

# botocore's name of a service, where IAM has another.
SERVICE_NAMES = {"ses": "sesv2", "states": "stepfunctions"}


@pytest.fixture(scope="module")
def seen(running_laptop: Laptop, built_template: dict[str, Any]) -> dict[str, set[Allowed]]:
    """What the functions were seen to need: function to actions on resources."""
    running_laptop.start_afresh()
    with pytest.MonkeyPatch.context() as patch:
        # In AWS each function is a process of its own: none finds the keys that another has read.
        patch.setattr(keys, "_REFRESH", timedelta(0))
        walk_everything(running_laptop)
    return needed(running_laptop.calls, built_template, running_laptop.environment)


def told(permissions: set[Allowed]) -> list[str]:
    return sorted(f"{action} on {resource}" for action, resource in permissions)


def test_no_function_needs_more_than_its_policy_allows(template: dict[str, Any], seen: dict[str, set[Allowed]]) -> None:
    lacking = {function: told(seen[function] - allowed(template, function)) for function in functions(template)}
    assert {function: lack for function, lack in lacking.items() if lack} == {}


def test_no_policy_allows_more_than_its_function_needs(template: dict[str, Any], seen: dict[str, set[Allowed]]) -> None:
    surplus = {function: told(allowed(template, function) - seen[function]) for function in functions(template)}
    assert {function: more for function, more in surplus.items() if more} == {}


def test_botocore_is_pruned_to_the_services_that_are_called(seen: dict[str, set[Allowed]]) -> None:
    called = {permission.action.split(":")[0] for permissions in seen.values() for permission in permissions}
    assert {SERVICE_NAMES.get(service, service) for service in called} == SERVICES
