"""The API Lambda's entry: for a request it loads the blueprint that serves it, and no other.

The suite has some thirty blueprints, and each brings its part of the domain: to load all of them for a first answer
took longer than the answer (ADR 40). `app.py` registers the same blueprints at once, for whoever needs the whole map:
Chalice's packaging, the laptop, the description of the interface.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from chalice.app import Chalice

from chalicelib.handlers.middleware import as_problems

# The beginning of a route's path to the module of its blueprint, which bears the module's name; the longest counts.
BLUEPRINTS: Mapping[str, str] = {
    "/": "pages",
    "/account": "account",
    "/account/authenticator": "authenticators",
    "/account/contact-changes": "contact_changes",
    "/account/recovery-codes": "authenticators",
    "/account/trusted-browsers": "authenticators",
    "/accounts": "account_registrations",
    "/authorities": "staff",
    "/captcha": "captcha",
    "/certificate-verifications": "certificate_verifications",
    "/consents": "consents",
    "/digilocker/callback": "digilocker_callbacks",
    "/digilocker/fetches": "fetches",
    "/digilocker/pull": "pulls",
    "/consent-terms": "consent_terms",
    "/document-reviews": "document_reviews",
    "/departments": "departments",
    "/departments/{department_id}/certificate-uploads": "certificates",
    "/departments/{department_id}/certificates": "certificates",
    "/departments/{department_id}/certificates/{certificate_id}/push": "certificate_pushes",
    "/departments/{department_id}/imports": "imports",
    "/departments/{department_id}/indexings": "imports",
    "/departments/{department_id}/keys": "department_keys",
    "/departments/{department_id}/pull-requests": "pull_requests",
    "/departments/{department_id}/self-test": "department_statistics",
    "/departments/{department_id}/statistics": "department_statistics",
    "/esign": "esign_responses",
    "/full-registrations": "full_registration_reviews",
    "/icegate": "icegate_services",
    "/icegate/dsc-renewals": "full_registrations",
    "/icegate/full-registrations": "full_registrations",
    "/icegate/registrations": "registrations",
    "/iec": "iec_users",
    "/iec-invitations": "iec_invitations",
    "/iec-links": "iec_links",
    "/mobile-replacements": "mobile_replacements",
    "/own-documents": "own_documents",
    "/password-resets": "password_resets",
    "/privacy-notice": "account_registrations",
    "/sessions": "sessions",
    "/sessions/current/authenticator-loss": "second_factor",
    "/sessions/current/codes": "second_factor",
    "/sessions/current/second-factor": "second_factor",
    "/signings": "signings",
    "/staff": "staff",
    "/staff/joinings": "staff_joinings",
}

_app = Chalice(app_name="pravesh", configure_logs=False)
_app.register_middleware(as_problems, "http")
_loaded: set[str] = set()


def blueprint_of(resource: str) -> str:
    """The module whose blueprint serves a route, by its path as it is declared (`/staff/{account_id}`)."""
    beginning = resource
    while beginning not in BLUEPRINTS:
        beginning = beginning.rpartition("/")[0] or "/"
    return BLUEPRINTS[beginning]


def answer(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own two
    """Answers a request of API Gateway's. A container runs one at a time, so nobody else loads meanwhile."""
    name = blueprint_of(str(event.get("requestContext", {}).get("resourcePath") or "/"))
    if name not in _loaded:
        _app.register_blueprint(getattr(import_module(f"chalicelib.handlers.{name}"), name))
        _loaded.add(name)
    answered: dict[str, Any] = _app(event, context)
    return answered
