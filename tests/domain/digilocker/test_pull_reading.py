"""Reading pulls: whatever bytes come, they are a pull that was read whole, or unreadable; never anything else."""

from __future__ import annotations

import contextlib
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.domain.digilocker import pull_reading
from chalicelib.domain.digilocker.pull_reading import PullRead, PullUnreadable

# Signs that XML 1.0 can say; what begins or ends a value is trimmed.
signs = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
texts = st.text(signs, max_size=40).map(str.strip)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.]{0,20}", fullmatch=True)
OWN = {"doctype", "digilockerid", "fullname", "dob", "uri", "uid", "photo"}


def xml_of(parameters: dict[str, str], ts: str = "t", txn: str = "x", prefix: str = "", namespace: str = "") -> str:
    children = "".join(f"<{prefix}{name}>{escape(value)}</{prefix}{name}>" for name, value in parameters.items())
    return (
        f"<{prefix}PullURIRequest{namespace} ver='3.0' ts={quoteattr(ts)} txn={quoteattr(txn)}>"
        f"<{prefix}DocDetails>{children}</{prefix}DocDetails></{prefix}PullURIRequest>"
    )


@given(
    st.dictionaries(names.filter(lambda name: name.casefold() not in OWN), texts, max_size=8),
    texts,
    texts,
    st.sampled_from(["", "http://tempuri.org/", "https://www.digitallocker.gov.in/schema/issuer/v1/pullurirequest"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_is_said_is_read_in_every_namespace_and_encoding(
    parameters: dict[str, str], ts: str, txn: str, namespace: str, encoding: str
) -> None:
    if len({name.casefold() for name in parameters}) < len(parameters):
        return
    for prefix in ("", "ns2:") if namespace else ("",):
        declared = f' xmlns{":ns2" if prefix else ""}="{namespace}"' if namespace else ""
        body = xml_of(parameters, ts, txn, prefix, declared).encode(encoding)
        if len(body) > pull_reading.BYTES_AT_MOST:
            continue
        read = pull_reading.read(body)
        assert (read.ts, read.txn, dict(read.parameters)) == (ts, txn, parameters)


@given(st.binary(max_size=400))
@example(b"")
@example(b"\0\0\0<")
@example(b"\xff\xfe<\0")
@example(b"<?xml version='1.0' encoding='no-such'?><a/>")
@example(b"<?xml version='1.0' encoding='utf-7'?><a/>")
@example(b"<?xml version='1.0' encoding='shift_jis'?><a/>")
def test_whatever_comes_is_read_or_unreadable(body: bytes) -> None:
    with contextlib.suppress(PullUnreadable):
        assert isinstance(pull_reading.read(body), PullRead)


@given(st.text(max_size=30), st.integers(0, 200))
def test_a_pull_that_was_tampered_with_is_read_or_unreadable(piece: str, place: int) -> None:
    whole = xml_of({"regno": "1"})
    with contextlib.suppress(PullUnreadable):
        pull_reading.read((whole[:place] + piece + whole[place:]).encode("utf-8", "surrogatepass"))


def test_uid_and_photo_are_passed_over_whatever_is_in_them() -> None:
    read = pull_reading.read(xml_of({"UID": "1" * 5000, "Photo": "x" * 50_000, "uid2": "kept"}).encode())
    assert dict(read.parameters) == {"uid2": "kept"}
    assert dict(read.values) == {}
    nested = b"<PullURIRequest><DocDetails><Photo><b>x</b></Photo></DocDetails></PullURIRequest>"
    assert dict(pull_reading.read(nested).parameters) == {}


def test_what_was_read_shows_nothing_of_it() -> None:
    assert repr(pull_reading.read(xml_of({"regno": "secret"}).encode())) == "PullRead('PullURIRequest')"


@pytest.mark.parametrize("depth", [5, 100, 5_000])
def test_depth_is_cut_short(depth: int) -> None:
    with pytest.raises(PullUnreadable):
        pull_reading.read(b"<a>" * depth + b"</a>" * depth)
