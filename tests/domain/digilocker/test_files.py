"""Files of a locker: lists as they were seen, and bytes that count with their hmac alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.digilocker.errors import AnswerUnfit, DigiLockerRefused, Meaning
from chalicelib.domain.digilocker.files import FILE_AT_MOST, FileCalls
from chalicelib.domain.digilocker.line import DigiLockerUnavailable, Reply
from tests.domain.digilocker.fake_line import PROFILE, SECRET, FakeLine, error, file_reply, json_reply

URI = "in.gov.pan-PANCR-ZZZPZ9999Z"
FILE, XML = PROFILE.file.replace("{uri}", URI), PROFILE.xml.replace("{uri}", URI)
PDF = b"%PDF-1.4\n%synthetic\n%%EOF\n"


def calls(line: FakeLine, *secrets: bytes) -> FileCalls:
    return FileCalls(line, PROFILE, secrets or (SECRET,))


def item(**changed: Any) -> dict[str, Any]:
    return {
        "name": "PAN Verification Record",
        "type": "file",
        "size": "",
        "date": "04-07-2023",
        "parent": "",
        "mime": ["application/pdf", "application/xml"],
        "uri": URI,
        "doctype": "PANCR",
        "description": "PAN Verification Record",
        "issuerid": "in.gov.pan",
        "issuer": "Income Tax Department",
    } | changed


def listed(*items: Any) -> Any:
    line = FakeLine({PROFILE.issued: [json_reply({"items": list(items), "resource": "D:"})]})
    return calls(line).issued("access-1")


class TestLists:
    """What is in a locker."""

    def test_an_issued_document(self) -> None:
        (found,) = listed(item())
        assert (found.uri, found.doctype, found.issuer) == (URI, "PANCR", "Income Tax Department")
        assert (found.has_xml, found.has_file) == (True, True)
        assert "ZZZPZ" not in repr(found)

    @pytest.mark.parametrize(
        ("mime", "has_file", "has_xml"),
        [
            ("application/pdf", True, False),
            ("application/xml", False, True),
            ("application/pdf, application/xml", True, True),
            (["application/pdf"], True, False),
            (["APPLICATION/XML"], False, True),
            ([], True, False),
            (None, True, False),
            ([1, None], True, False),
        ],
    )
    def test_mime_is_a_text_or_a_list(self, mime: object, has_file: bool, has_xml: bool) -> None:  # noqa: FBT001
        (found,) = listed(item(mime=mime))
        assert (found.has_file, found.has_xml) == (has_file, has_xml)

    @pytest.mark.parametrize(
        "odd",
        [
            {"uri": "../../user"},
            {"uri": "a/b"},
            {"uri": "x?y"},
            {"uri": "é" * 10},
            {"uri": ""},
            {"uri": None},
            {"uri": "x" * 257},
            {"doctype": ""},
            {"doctype": "PAN CARD"},
            {"doctype": "ADHAR"},
            {"doctype": "adhar"},
        ],
    )
    def test_what_has_no_address_or_must_not_be_had_is_left_out(self, odd: dict[str, Any]) -> None:
        assert [one.uri for one in listed(item(**odd), item())] == [URI]

    def test_what_is_shown_of_it_is_printable_and_short(self) -> None:
        (found,) = listed(item(description="A\u202e\x00 PAN  " + "x" * 500, issuer="I\nTD"))
        assert found.title.startswith("A PAN x")
        assert len(found.title) == 200
        assert found.issuer == "I TD"

    @pytest.mark.parametrize("answer", [{}, {"items": None}, {"items": "x"}, [], "x"])
    def test_an_answer_without_a_list(self, answer: object) -> None:
        line = FakeLine({PROFILE.issued: [json_reply(answer)]})
        if answer == []:
            assert calls(line).issued("access-1") == ()
        else:
            with pytest.raises(AnswerUnfit):
                calls(line).issued("access-1")

    def test_what_its_owner_uploaded(self) -> None:
        root = PROFILE.uploaded.replace("/{id}", "")
        found = {
            "items": [{"id": "1", "type": "dir"}, {"uri": "up-2", "type": "file", "mime": "image/png"}, {"id": ""}]
        }
        line = FakeLine({root: [json_reply(found)], f"{root}/1": [error("invalid_id", 404)]})
        assert [(one.file_id, one.is_folder) for one in calls(line).uploaded("access-1")] == [
            ("1", True),
            ("up-2", False),
        ]
        with pytest.raises(DigiLockerRefused) as refused:
            calls(line).uploaded("access-1", "1")
        assert refused.value.meaning is Meaning.NOT_THERE
        with pytest.raises(ValueError, match="folder_id"):
            calls(line).uploaded("access-1", "../user")
        with pytest.raises(ValueError, match="folder_id"):
            calls(line).uploaded("access-1", "..")


class TestBytes:
    """A file."""

    def test_its_bytes_as_they_came(self) -> None:
        line = FakeLine({FILE: [file_reply(PDF)]})
        found = calls(line).file("access-1", URI)
        assert (found.content, found.content_type) == (PDF, "application/pdf")
        assert line.asked[0].at_most == FILE_AT_MOST

    def test_without_hmac_it_is_refused(self) -> None:
        for headers in ({}, {"hmac": ""}, {"hmac": "  "}):
            line = FakeLine({FILE: [Reply(200, {"content-type": "application/pdf", **headers}, PDF)]})
            with pytest.raises(AnswerUnfit, match="hmac_missing"):
                calls(line).file("access-1", URI)

    @pytest.mark.parametrize(
        "changed", [PDF + b"\n", PDF[:-1], b"\xef\xbb\xbf" + PDF, PDF.replace(b"\n", b"\r\n"), b""]
    )
    def test_changed_by_a_byte_it_is_refused(self, changed: bytes) -> None:
        line = FakeLine({FILE: [replace(file_reply(PDF), body=changed)]})
        with pytest.raises(AnswerUnfit, match="hmac_mismatch"):
            calls(line).file("access-1", URI)

    def test_the_hmac_is_judged_before_anything_else_looks_at_the_bytes(self) -> None:
        bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
        line = FakeLine({XML: [Reply(200, {"content-type": "application/xml", "hmac": "AAAA"}, bomb)]})
        with pytest.raises(AnswerUnfit, match="hmac_mismatch"):
            calls(line).xml("access-1", URI)

    def test_during_a_rotation_both_secrets_hold(self) -> None:
        line = FakeLine({FILE: [file_reply(PDF, secret=b"old")]})
        assert calls(line, b"new", b"old").file("access-1", URI).content == PDF
        with pytest.raises(AnswerUnfit):
            calls(line, b"new").file("access-1", URI)

    @pytest.mark.parametrize(
        ("content", "content_type"),
        [
            (PDF, "text/html"),
            (b"<html>", "application/pdf"),
            (b"MZ\x90", "application/pdf"),
            (PDF, ""),
            (PDF, "image/png"),
            (b"<svg/>", "image/svg+xml"),
        ],
    )
    def test_what_is_no_pdf_or_picture_is_refused_whatever_it_says(self, content: bytes, content_type: str) -> None:
        line = FakeLine({FILE: [file_reply(content, content_type)]})
        with pytest.raises(AnswerUnfit, match="file_type_unexpected"):
            calls(line).file("access-1", URI)

    @pytest.mark.parametrize("content_type", ["application/pdf; charset=binary", "Application/PDF"])
    def test_a_type_is_read_as_types_are(self, content_type: str) -> None:
        line = FakeLine({FILE: [file_reply(PDF, content_type)]})
        assert calls(line).file("access-1", URI).content_type == "application/pdf"

    def test_no_uri_leads_elsewhere(self) -> None:
        with pytest.raises(ValueError, match="uri"):
            calls(FakeLine()).file("access-1", "../1/user")

    @pytest.mark.parametrize(
        ("code", "status", "meaning"),
        [
            ("invalid_token", 401, Meaning.TOKEN_OVER),
            ("insufficient_scope", 403, Meaning.NOT_SHARED),
            ("invalid_uri", 404, Meaning.NOT_THERE),
            ("uri_missing", 400, Meaning.OURS),
            ("a_new_code", 404, Meaning.NOT_THERE),
            ("a_new_code", 418, Meaning.OURS),
        ],
    )
    def test_refusals_by_the_table(self, code: str, status: int, meaning: Meaning) -> None:
        with pytest.raises(DigiLockerRefused) as refused:
            calls(FakeLine({FILE: [error(code, status)]})).file("access-1", URI)
        assert (refused.value.code, refused.value.meaning) == (code, meaning)

    @pytest.mark.parametrize(
        "kind", ["inactive", "unpublished", "unresponsive", "configerror", "resperror", "exception"]
    )
    def test_a_repository_that_fails_is_tried_later_whatever_the_status(self, kind: str) -> None:
        line = FakeLine({FILE: [error(f"repository_service_{kind}", 400)]})
        with pytest.raises(DigiLockerUnavailable):
            calls(line).file("access-1", URI)
