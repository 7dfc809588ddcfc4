"""Tokens: what DigiLocker answers in all the ways that were seen, and what of it is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.digilocker_profiles import configured
from chalicelib.domain.digilocker import tokens
from chalicelib.domain.digilocker.errors import AnswerUnfit, DigiLockerRefused, Meaning
from chalicelib.domain.digilocker.fetches import Locker
from chalicelib.domain.digilocker.line import DigiLockerUnavailable
from chalicelib.domain.digilocker.locker_holder import LockerHolder
from chalicelib.domain.digilocker.profiles import ClientAuthentication
from chalicelib.domain.digilocker.tokens import Granted, TokenSet
from tests.domain.digilocker.fake_line import PROFILE, SECRET, FakeLine, error, json_reply, token_answer, token_calls

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
TOKEN, REVOKE, USER = PROFILE.token, PROFILE.revoke, PROFILE.user


def granted(**changed: object) -> Granted:
    line = FakeLine({TOKEN: [json_reply(token_answer(**changed))], REVOKE: [json_reply({})]})
    return token_calls(line).exchanged("code-1", "verifier-1", NOW)


class TestExchange:
    """A code becomes tokens."""

    def test_the_call_is_a_form_with_the_secret_in_one_place(self) -> None:
        line = FakeLine({TOKEN: [json_reply(token_answer())]})
        token_calls(line).exchanged("code-1", "verifier-1", NOW)
        (call,) = line.asked
        assert call.basic is None
        assert dict(call.form or ()) == {
            "grant_type": "authorization_code",
            "code": "code-1",
            "redirect_uri": "https://pravesh.example/callback",
            "code_verifier": "verifier-1",
            "client_id": "CLIENT1",
            "client_secret": SECRET.decode(),
        }

    def test_or_basic_by_the_profile_and_never_both(self) -> None:
        line = FakeLine({TOKEN: [json_reply(token_answer())]})
        calls = token_calls(line)
        calls = replace(calls, profile=replace(PROFILE, authentication=ClientAuthentication.BASIC))
        calls.exchanged("code-1", "verifier-1", NOW)
        (call,) = line.asked
        assert call.basic == ("CLIENT1", SECRET.decode())
        assert "client_secret" not in dict(call.form or ())

    def test_what_is_kept_of_the_answer(self) -> None:
        found = granted()
        assert found.tokens == TokenSet("access-1", "refresh-1", NOW + timedelta(hours=1))
        assert found.doctypes == frozenset({"PANCR", "DRVLC"})
        assert found.digilocker_id == "123e4567-e89b-12d3-a456-426655440000"
        assert found.holder == LockerHolder("Zeenat Zaheer", date(1984, 3, 7))
        assert found.consent_until == datetime(2027, 1, 1, tzinfo=UTC)
        told = repr(found) + str(found.tokens) + repr(found.holder)
        assert "ZZZPZ" not in told
        assert "Zeenat" not in told

    @pytest.mark.parametrize("until", [1798761600, "1798761600", " 1798761600 "])
    def test_consent_valid_till_is_a_number_or_a_text(self, until: object) -> None:
        assert granted(consent_valid_till=until).consent_until == datetime(2027, 1, 1, tzinfo=UTC)

    @pytest.mark.parametrize("until", ["soon", -1, "99999999999999", 10**12 - 1])
    def test_one_that_is_no_instant_is_refused(self, until: object) -> None:
        with pytest.raises(AnswerUnfit):
            granted(consent_valid_till=until)

    @pytest.mark.parametrize(
        ("dob", "born_on"),
        [
            ("07031984", date(1984, 3, 7)),
            ("7031984", date(1984, 3, 7)),
            (7031984, date(1984, 3, 7)),
            (31121999, date(1999, 12, 31)),
            ("31021999", None),
            ("07/03/1984", None),
            ("", None),
            (None, None),
        ],
    )
    def test_a_birth_date_may_have_lost_its_leading_zero(self, dob: object, born_on: date | None) -> None:
        assert granted(dob=dob).holder == LockerHolder("Zeenat Zaheer", born_on)

    def test_the_older_spelling_of_the_id(self) -> None:
        assert granted(digilockerid=None, digilocker_id="abc-1").digilocker_id == "abc-1"
        assert granted(digilockerid=None).digilocker_id is None
        assert granted(digilockerid="<script>").digilocker_id is None

    @pytest.mark.parametrize("token", ["", None, "a b", "a\r\nX: y", "é", "x" * 4097, {"a": 1}])
    def test_a_token_that_cannot_be_one_is_refused(self, token: object) -> None:
        with pytest.raises(AnswerUnfit):
            granted(access_token=token)

    def test_the_answer_of_openid_has_no_refresh_token_and_is_not_believed(self) -> None:
        line = FakeLine({PROFILE.openid_token: [json_reply(token_answer(refresh_token=None, id_token="a.b.c"))]})
        calls = replace(token_calls(line), profile=replace(PROFILE, openid=True))
        assert calls.exchanged("code-1", "verifier-1", NOW).tokens.refresh is None

    @pytest.mark.parametrize("body", [b"<html>", b"[]", b"null", b"", b"[" * 5000, b"\xff"])
    def test_an_answer_that_is_no_object(self, body: bytes) -> None:
        line = FakeLine({TOKEN: [replace(json_reply({}), body=body)]})
        with pytest.raises(AnswerUnfit):
            token_calls(line).exchanged("code-1", "verifier-1", NOW)

    def test_a_code_that_counts_no_more(self) -> None:
        line = FakeLine({TOKEN: [error("invalid_grant", 400)]})
        with pytest.raises(DigiLockerRefused) as refused:
            token_calls(line).exchanged("code-1", "verifier-1", NOW)
        assert refused.value.meaning is Meaning.GRANT_OVER

    def test_while_a_secret_is_being_replaced_the_older_one_is_tried(self) -> None:
        line = FakeLine({TOKEN: [error("invalid_client", 401), json_reply(token_answer())]})
        token_calls(line, b"new", b"old").exchanged("code-1", "verifier-1", NOW)
        assert [dict(call.form or ())["client_secret"] for call in line.asked] == ["new", "old"]

    def test_without_a_secret_nothing_is_asked(self) -> None:
        line = FakeLine()
        calls = replace(token_calls(line), credentials=tokens.Credentials("CLIENT1", (), "https://x"))
        with pytest.raises(DigiLockerRefused):
            calls.exchanged("code-1", "verifier-1", NOW)
        assert line.asked == []


class TestRenewalAndEnd:
    """Refresh by Basic; revocation of what is over already is none the less done."""

    def test_a_refresh_token_gives_new_ones(self) -> None:
        line = FakeLine({TOKEN: [json_reply(token_answer(access_token="access-2", refresh_token="refresh-2"))]})
        fresh = token_calls(line).renewed("refresh-1", NOW)
        assert (fresh.access, fresh.refresh) == ("access-2", "refresh-2")
        (call,) = line.asked
        assert call.basic == ("CLIENT1", SECRET.decode())
        assert call.form == (("grant_type", "refresh_token"), ("refresh_token", "refresh-1"))

    def test_one_that_is_not_rotated_is_kept(self) -> None:
        line = FakeLine({TOKEN: [json_reply(token_answer(refresh_token=None))]})
        assert token_calls(line).renewed("refresh-1", NOW).refresh == "refresh-1"

    def test_the_refresh_token_is_revoked_where_there_is_one(self) -> None:
        line = FakeLine({REVOKE: [json_reply({})]})
        token_calls(line).revoke(TokenSet("access-1", "refresh-1", NOW))
        token_calls(line).revoke(TokenSet("access-1", None, NOW))
        assert [dict(call.form or ()) for call in line.asked] == [
            {"token": "refresh-1", "token_type_hint": "refresh_token"},
            {"token": "access-1", "token_type_hint": "access_token"},
        ]

    @pytest.mark.parametrize("said", [error("invalid_token", 401), error("invalid_grant", 400)])
    def test_what_is_over_already_is_done(self, said: object) -> None:
        token_calls(FakeLine({REVOKE: [said]})).revoke(TokenSet("a", "r", NOW))  # type: ignore[list-item]

    @pytest.mark.parametrize("status", [401, 404])
    def test_a_page_of_somebody_elses_is_no_word_of_digilockers(self, status: int) -> None:
        with pytest.raises(DigiLockerRefused):
            token_calls(FakeLine({REVOKE: [json_reply("no such page", status)]})).revoke(TokenSet("a", "r", NOW))

    def test_and_what_failed_is_told(self) -> None:
        with pytest.raises(DigiLockerRefused):
            token_calls(FakeLine({REVOKE: [error("invalid_client", 401)]})).revoke(TokenSet("a", "r", NOW))
        with pytest.raises(DigiLockerUnavailable):
            token_calls(FakeLine({REVOKE: [error("unexpected_error", 400)]})).revoke(TokenSet("a", "r", NOW))

    @pytest.mark.parametrize("name", [None, "", "  ", "x" * 201])
    def test_an_answer_that_names_nobody(self, name: object) -> None:
        assert granted(name=name).holder is None

    def test_whose_locker_it_is(self) -> None:
        said = {"digilockerid": "abc-1", "name": " Zama Zirdo ", "dob": "1011990", "email": "x@y.example"}
        line = FakeLine({USER: [json_reply(said)]})
        user = token_calls(line).user("access-1")
        assert (user.digilocker_id, user.holder) == ("abc-1", LockerHolder("Zama Zirdo", date(1990, 1, 1)))
        assert line.asked[0].bearer == "access-1"

    def test_that_nobody_is_named_is_an_answer_too(self) -> None:
        line = FakeLine({USER: [json_reply({"digilockerid": "abc-1"})]})
        assert token_calls(line).user("access-1").holder == LockerHolder("")

    @pytest.mark.parametrize("member", ["name", "entity_name"])
    def test_a_firms_locker_is_asked_and_its_tokens_answer_is_not_believed(self, member: str) -> None:
        entity = configured(Locker.ENTITY)
        line = FakeLine(
            {
                entity.token: [json_reply(token_answer(name="Who Signed In"))],
                entity.user: [json_reply({"entity_id": "1", member: "Zenith Spices", "doi": "01022009"})],
            }
        )
        calls = replace(token_calls(line), profile=entity)
        assert calls.exchanged("code", "verifier", NOW).holder is None
        assert calls.user("access-1").holder == LockerHolder("Zenith Spices", None, is_firm=True)

    def test_what_is_sealed_comes_back(self) -> None:
        kept = TokenSet("access-1", None, NOW)
        assert TokenSet.from_secret(kept.as_secret(), NOW) == kept


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        ("files.issueddocs userdetails", None),
        ("", None),
        ("issued/in.gov.pan-PANCR-ZZZPZ9999Z", {"PANCR"}),
        ("issued/in.gov.transport-DRVLC-TN-01-2019-1", {"DRVLC"}),
        ("file.partners/PANCR file.partners/DRVLC", {"PANCR", "DRVLC"}),
        ("issued/no-type issued/ file.partners/<b>", None),
    ],
)
def test_document_types_are_read_off_a_scope(scope: str, found: set[str] | None) -> None:
    assert tokens.doctypes_in(scope) == found


@given(st.text(max_size=200))
def test_no_scope_breaks_it_and_no_number_comes_out_of_it(scope: str) -> None:
    found = tokens.doctypes_in(scope) or frozenset()
    assert all(one.isascii() and one.isupper() and one.isalpha() for one in found)


@given(st.text(max_size=12))
def test_no_birth_date_breaks_it(text: str) -> None:
    tokens.born_on_in(text)
