"""Records as documents: whatever a record may hold comes back, and a document of another version is still read."""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.adapters.dynamodb.documents import DocumentUnreadable, document, record_of
from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.flows import Flow
from chalicelib.domain.accounts.registration import AccountRegistration
from chalicelib.domain.accounts.security import Security
from chalicelib.domain.audit import Event
from chalicelib.domain.icegate.dsc import RegisteredDsc
from chalicelib.domain.icegate.full_registrations import FullRegistration
from chalicelib.domain.iec.records import IecRecord
from chalicelib.domain.iec.users import IecUser
from chalicelib.domain.outbox import OutboxMessage
from chalicelib.domain.sessions import Session
from chalicelib.domain.signatures.crl_states import CrlState
from chalicelib.domain.signatures.signings import Signing
from tests.adapters import records

KINDS = (
    Account, AccountRegistration, Flow, Session, OutboxMessage, Event, Security,
    Signing, IecRecord, IecUser, FullRegistration, RegisteredDsc, CrlState,
)  # fmt: skip
FULL: Mapping[type, Any] = {
    Account: records.account(),
    AccountRegistration: records.account_registration(),
    Flow: records.flow(),
    Session: records.session(),
    OutboxMessage: records.message(),
    Event: records.chain("account:asha", 2, mobile="+919876500002")[1],
    Security: records.SECURITY,
    Signing: records.signing(),
    IecRecord: records.iec_record(),
    IecUser: records.iec_user(),
    FullRegistration: records.full_registration(),
    RegisteredDsc: records.registered_dsc(),
    CrlState: records.crl_state(),
}
_INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
_PLAIN: Mapping[Any, st.SearchStrategy[Any]] = {
    str: st.text(),
    int: st.integers(0, 2**53),
    bool: st.booleans(),
    bytes: st.binary(),
    datetime: _INSTANTS,
    date: st.dates(),
    type(None): st.none(),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Whatever a field of this type may hold."""
    hint = getattr(hint, "__supertype__", hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if origin in (Union, types.UnionType):
        return st.one_of(*map(values, arguments))
    if origin is tuple:
        of_any_length = st.lists(values(arguments[0]), max_size=3).map(tuple)
        return of_any_length if arguments[-1] is Ellipsis else st.tuples(*map(values, arguments))
    if origin is Mapping:
        return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=3)
    if issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    return anything(hint)


def anything(kind: type) -> st.SearchStrategy[Any]:
    """Any record of this kind."""
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: values(hints[field.name]) for field in dataclasses.fields(kind)})


def defaults(kind: type) -> dict[str, Any]:
    """What the fields of a record hold where nothing is said."""
    made = {}
    for field in dataclasses.fields(kind):
        if field.default is not dataclasses.MISSING:
            made[field.name] = field.default
        elif field.default_factory is not dataclasses.MISSING:
            made[field.name] = field.default_factory()
    return made


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_a_record_holds_comes_back(kind: type, data: st.DataObject) -> None:
    record = data.draw(anything(kind))
    assert record_of(document(record), kind) == record


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_of_the_full_records_is_filled(kind: type) -> None:
    full = FULL[kind]
    assert {name for name, default in defaults(kind).items() if getattr(full, name) == default} <= {"revision"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_document_that_lacks_a_later_field_takes_its_default(kind: type) -> None:
    full = FULL[kind]
    for name, default in defaults(kind).items():
        stored = json.loads(document(full))
        del stored[name]
        assert record_of(json.dumps(stored), kind) == dataclasses.replace(full, **{name: default})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_field_that_a_record_has_no_more_is_passed_over(kind: type) -> None:
    stored = json.loads(document(FULL[kind])) | {"nickname": "Ash"}
    assert record_of(json.dumps(stored), kind) == FULL[kind]


@pytest.mark.parametrize("stored", ["", "{", "{}", "[]", '{"account_id": 7}'])
def test_what_is_no_document_of_the_record_is_told(stored: str) -> None:
    with pytest.raises(DocumentUnreadable):
        record_of(stored, Account)
