"""Whose lockers there are, and what lies in them."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

_NAMESPACE = uuid.UUID("5c3a1f0e-8f0d-4e7e-9d55-0f6f3f5d1b0a")
PDF = "application/pdf"
XML = "application/xml"


@dataclass
class Issued:
    """An issued document in somebody's locker, or one that an issuer has and its citizen may pull into it."""

    uri: str
    doctype: str
    title: str
    issuer_id: str
    issuer: str
    number: str
    name: str
    """Whose it is, as the document says."""
    born_on: date
    gender: str
    issued_on: date
    mimes: tuple[str, ...] = (PDF, XML)
    is_wrapped: bool = False
    """Whether its XML comes inside a PullDocResponse, as some issuers' does."""
    status: str = "A"
    """As its XML says it: "A"; some issuers write "Active"."""
    is_iso_dated: bool = False
    """Whether dates are yyyy-mm-dd, as some issuers write them."""
    pdf: bytes | None = None
    """What an issuer answered or pushed; made up where None."""
    xml: bytes | None = None
    pushed_by: str = ""
    """The client that pushed it; "" otherwise."""


@dataclass
class Uploaded:
    """A file that a citizen put into the locker: nobody vouches for it."""

    file_id: str
    name: str
    mime: str
    content: bytes


@dataclass
class Citizen:
    """Somebody with a locker: a person, or a firm with one at Entity Locker. All of them are made up."""

    name: str
    born_on: date
    """A firm's: when it was set up."""
    gender: str = "F"
    mobile: str = ""
    email: str = ""
    pan: str = ""
    is_entity: bool = False
    eaadhaar: str = "N"
    digilocker_id: str = ""
    issued: list[Issued] = field(default_factory=list)
    uploaded: list[Uploaded] = field(default_factory=list)
    about: str = ""
    """What to try with them."""

    def __post_init__(self) -> None:
        self.digilocker_id = self.digilocker_id or str(uuid.uuid5(_NAMESPACE, self.name))

    def document(self, uri: str) -> Issued | None:
        """Give the document of this URI."""
        return next((one for one in self.issued if one.uri == uri), None)

    def of_type(self, doctype: str) -> Issued | None:
        """Give the first document of this type."""
        return next((one for one in self.issued if one.doctype == doctype), None)


class Citizens:
    """Everybody, by DigiLocker id and by name."""

    def __init__(self, citizens: list[Citizen]) -> None:
        self._citizens = {one.digilocker_id: one for one in citizens}

    def __iter__(self) -> Iterator[Citizen]:
        return iter(self._citizens.values())

    def __getitem__(self, digilocker_id: str) -> Citizen:
        return self._citizens[digilocker_id]

    def get(self, digilocker_id: str) -> Citizen | None:
        """Give whose id it is, or None."""
        return self._citizens.get(digilocker_id)

    def named(self, name: str) -> Citizen:
        """Give who is called so. Raises KeyError."""
        try:
            return next(one for one in self if one.name == name)
        except StopIteration:
            raise KeyError(name) from None

    def add(self, citizen: Citizen) -> Citizen:
        """Let there be one more."""
        self._citizens[citizen.digilocker_id] = citizen
        return citizen
