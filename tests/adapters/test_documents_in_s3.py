"""The documents' promises, held by the fake and by S3 as moto plays it: what is put is there, uploads are bounded."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.adapters.documents import saved_as
from chalicelib.domain.ports import DocumentChanged, Documents, DocumentsUnavailable, UploadForm
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.adapters.records import NOW, number
from tests.fakes import FakeDocuments

PDF = "application/pdf"


def key(folder: str = "submissions") -> str:
    return f"{folder}/{number()}/1"


class Promises:
    """What every store of documents keeps."""

    def test_a_document_comes_back_as_it_was_put(self, documents: Documents) -> None:
        where = key()
        for content in (b"", b"\x00\xff" * 500, b"again"):
            documents.put(where, content, "application/octet-stream")
            assert documents.get(where, 1000) == content

    def test_evidence_put_twice_is_there_once(self, documents: Documents) -> None:
        where = key("evidence")
        for _ in range(2):
            documents.put(where, b"bundle", "application/zip")
        assert documents.get(where, 6) == b"bundle"

    def test_no_more_than_is_wanted_is_read(self, documents: Documents) -> None:
        where = key()
        documents.put(where, b"1234567", PDF)
        assert documents.get(where, 7) == b"1234567"
        with pytest.raises(ValueError, match=where):
            documents.get(where, 6)

    def test_a_folder_is_removed_with_all_that_lies_in_it_and_nothing_else(self, documents: Documents) -> None:
        folder = f"certificates/{number()}/1/"
        kept = [f"{folder[:-1]}0/1.pdf", f"{folder[:-2]}2/1.pdf"]
        for where in (f"{folder}1.pdf", f"{folder}1.xml", f"{folder}2.pdf", *kept):
            documents.put(where, b"1", PDF)
        for _ in range(2):
            documents.remove_folder(folder)
        for name in ("1.pdf", "1.xml", "2.pdf"):
            with pytest.raises(DocumentsUnavailable):
                documents.get(f"{folder}{name}", 1)
        assert [documents.get(where, 1) for where in kept] == [b"1", b"1"]

    def test_what_is_not_there_may_come(self, documents: Documents) -> None:
        with pytest.raises(DocumentsUnavailable):
            documents.get(key(), 100)

    def test_a_document_is_there_or_not(self, documents: Documents) -> None:
        where = key("brought")
        assert not documents.is_there(where)
        documents.put(f"{where}0", b"another", PDF)
        assert not documents.is_there(where)
        documents.put(where, b"1", PDF)
        assert documents.is_there(where)

    def test_parts_are_read_of_the_document_that_was_looked_at_and_of_no_other(self, documents: Documents) -> None:
        where = key("imports")
        with pytest.raises(DocumentsUnavailable):
            documents.state(where)
        documents.put(where, b"1234567", PDF)
        seen = documents.state(where)
        assert seen.size == 7
        parts = [documents.part(where, start, end, seen.mark) for start, end in ((0, 3), (3, 99), (7, 9), (3, 3))]
        assert parts == [b"123", b"4567", b"", b""]
        documents.put(where, b"123456X", PDF)
        assert documents.state(where).mark != seen.mark
        for start, end in ((0, 1), (3, 99), (7, 9)):
            with pytest.raises(DocumentChanged):
                documents.part(where, start, end, seen.mark)

    def test_a_form_is_good_for_ten_minutes(self, documents: Documents) -> None:
        form = documents.upload_form(key("uploads"), PDF, 100, NOW)
        assert form.expires_at == NOW + timedelta(minutes=10)
        assert form.fields["Content-Type"] == PDF


class TestFakeDocuments(Promises):
    """The fake keeps them."""

    @pytest.fixture
    def documents(self) -> Documents:
        return FakeDocuments()

    def test_what_was_uploaded_is_there_and_too_much_is_not_taken(self) -> None:
        documents, where = FakeDocuments(), key("uploads")
        form = documents.upload_form(where, PDF, 3, NOW)
        with pytest.raises(ValueError, match=where):
            documents.upload(form, b"1234")
        documents.upload(form, b"123")
        assert documents.get(where, 3) == b"123"


class TestS3Documents(Promises):
    """S3 keeps them, and bears bad luck besides."""

    @pytest.fixture
    def documents(self, laptop: Laptop) -> Documents:
        del laptop
        return suite().documents

    def test_a_browser_uploads_with_a_form_and_reads_by_an_address(self, documents: Documents) -> None:
        where = key("uploads")
        assert posted(documents.upload_form(where, PDF, 100, NOW), b"%PDF-1.7") == 201
        assert documents.get(where, 100) == b"%PDF-1.7"
        with urllib.request.urlopen(documents.download_url(where, "पैन.pdf")) as answer:
            assert answer.read() == b"%PDF-1.7"

    def test_s3_is_told_to_hold_an_upload_to_key_type_and_size(self, documents: Documents) -> None:
        where = key("uploads")
        form = documents.upload_form(where, PDF, 102_400, NOW)
        conditions = json.loads(base64.b64decode(form.fields["policy"]))["conditions"]
        assert ["content-length-range", 1, 102_400] in conditions
        assert {"Content-Type": PDF} in conditions
        assert {"key": where} in conditions
        assert form.fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"

    def test_an_address_to_read_at_is_signed_for_five_minutes_and_saves_a_file(self, documents: Documents) -> None:
        url = urlsplit(documents.download_url("evidence/1/ab.zip", "evidence.zip"))
        asked = parse_qs(url.query)
        assert asked["X-Amz-Expires"] == ["300"]
        assert asked["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
        assert asked["response-content-disposition"] == [saved_as("evidence.zip")]
        assert url.path.endswith("/evidence/1/ab.zip")

    def test_no_other_evidence_takes_the_place_of_what_is_there(self, documents: Documents) -> None:
        where = key("evidence")
        documents.put(where, b"first", "application/zip")
        documents.put(where, b"second", "application/zip")
        assert documents.get(where, 100) == b"first"

    @pytest.mark.parametrize("operation", ["PutObject", "GetObject", "HeadObject", "ListObjectsV2"])
    def test_no_answer_is_told_as_such(self, laptop: Laptop, documents: Documents, operation: str) -> None:
        where = key()
        asks: dict[str, Any] = {
            "PutObject": lambda: documents.put(where, b"1", PDF),
            "GetObject": lambda: documents.get(where, 1),
            "HeadObject": lambda: documents.state(where),
            "ListObjectsV2": lambda: documents.is_there(where),
        }
        with laptop.faults.during("s3", operation), pytest.raises(DocumentsUnavailable):
            asks[operation]()

    def test_a_put_whose_answer_was_lost_is_made_again(self, laptop: Laptop, documents: Documents) -> None:
        for folder in ("submissions", "evidence"):
            where = key(folder)
            laptop.faults.add("s3", "PutObject", "answer_lost")
            documents.put(where, b"1", PDF)
            assert documents.get(where, 1) == b"1"


@pytest.mark.parametrize(
    ("file_name", "header"),
    [
        ("evidence.zip", "attachment; filename=\"evidence.zip\"; filename*=UTF-8''evidence.zip"),
        ("पै.pdf", "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E0%A4%AA%E0%A5%88.pdf"),
        ('a"\r\nb;.pdf', "attachment; filename=\"a___b_.pdf\"; filename*=UTF-8''a%22%0D%0Ab%3B.pdf"),
    ],
)
def test_a_files_name_breaks_no_header(file_name: str, header: str) -> None:
    assert saved_as(file_name) == header


def posted(form: UploadForm, content: bytes) -> int:
    """The status when a browser posts a file with this form."""
    boundary = "----form"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in form.fields.items()
    ]
    parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'.encode())
    body = b"".join(parts) + content + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    request = urllib.request.Request(form.url, body, headers, method="POST")
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
