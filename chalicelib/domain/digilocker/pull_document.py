"""Pulling a document into the locker from its issuer, where it is not there yet.

The consent that the person gave us names it (docs/digilocker.md): DigiLocker hands name, birth date and Aadhaar number
of its own to the issuer, and we hand over the parameters that the issuer asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from chalicelib.domain.digilocker.errors import DigiLockerRefused, Meaning, json_of, meaning_of
from chalicelib.domain.digilocker.line import Call, DigiLockerUnavailable, Line
from chalicelib.domain.digilocker.profiles import Profile, Pulling


class Pull(StrEnum):
    """How a pull stands. None of these is a failure."""

    # It is in the locker: now, or already before (`uri_exists`).
    THERE = "there"
    # The issuer looks by hand; asked again, it says how far it is.
    PENDING = "pending"
    NOT_THERE = "not_there"


def pulled(
    line: Line, profile: Profile, access: str, doctype: str, pulling: Pulling, values: Mapping[str, str]
) -> Pull:
    """Asks the issuer for a document; asked again, it is the same question.

    `values` are what of the account is known (`pan`, `name`, `born_on`). Raises `DigiLockerUnavailable`,
    `DigiLockerRefused`, `AnswerUnfit`.
    """
    parameters = tuple((name, values[source]) for name, source in pulling.parameters.items())
    form = (("orgid", pulling.org_id), ("doctype", doctype), ("consent", "Y"), *parameters)
    try:
        json_of(line.send(Call("POST", profile.pull_document, form=form, bearer=access)))
    except DigiLockerUnavailable as unavailable:
        # The published description has the states among the 500s, too.
        stands = _STATES.get(meaning_of(unavailable.code, 500))
        if stands is None:
            raise
        return stands
    except DigiLockerRefused as refused:
        stands = _STATES.get(refused.meaning)
        if stands is None:
            raise
        return stands
    return Pull.THERE


_STATES = {Meaning.PENDING: Pull.PENDING, Meaning.THERE_ALREADY: Pull.THERE, Meaning.NOT_THERE: Pull.NOT_THERE}


def can_be_asked(profile: Profile, doctype: str, values: Mapping[str, str]) -> Pulling | None:
    """How a document type is pulled, where that is configured and everything that it needs is known."""
    pulling = profile.pulls.get(doctype) if profile.pull_document else None
    is_known = pulling is not None and set(pulling.parameters.values()) <= set(values)
    return pulling if is_known else None
