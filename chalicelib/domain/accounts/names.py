"""Names of people and of accounts: how a person is called, and the username they sign in with."""

from __future__ import annotations

import re
import unicodedata
from typing import NewType

from chalicelib.domain.identifiers import EmailAddress, is_aadhaar_shaped, parse_email
from chalicelib.domain.refusals import FieldProblem

PersonName = NewType("PersonName", str)
Username = NewType("Username", str)

NAME_AT_LEAST, NAME_AT_MOST = 2, 100
USERNAME_AT_LEAST, USERNAME_AT_MOST = 3, 50
_USERNAME = re.compile(r"[A-Za-z0-9._-]+")
# What joins letters in Indic scripts; invisible, and part of how some names are spelt.
_JOINERS = "\u200c\u200d"
# Letters and marks that nobody sees: with them two names look alike, or one like none (Default_Ignorable_Code_Point).
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_MARKS = " .,'\u2019()&/-"


def parse_person_name(value: str) -> PersonName:
    """A person's name in any script, its blanks put in order: 2 to 100 letters, digits, and the marks of names.

    Refuses with `name_length`, `name_characters`, `name_needs_letter`, `aadhaar_refused`.
    """
    name = " ".join(unicodedata.normalize("NFC", value).split())
    if not name:
        raise FieldProblem("required")
    if not NAME_AT_LEAST <= len(name) <= NAME_AT_MOST:
        raise FieldProblem("name_length", at_least=NAME_AT_LEAST, at_most=NAME_AT_MOST)
    # Letters, the marks that belong to them, decimal digits.
    if _UNSEEN.search(name) or not all(
        unicodedata.category(sign)[0] in "LM" or sign.isdecimal() or sign in _MARKS + _JOINERS for sign in name
    ):
        raise FieldProblem("name_characters")
    if is_aadhaar_shaped("".join(str(unicodedata.decimal(sign)) for sign in name if sign.isdecimal())):
        raise FieldProblem("aadhaar_refused")
    if not any(sign.isalpha() for sign in name):
        raise FieldProblem("name_needs_letter")
    return PersonName(name)


def parse_username(value: str) -> Username:
    """A username as its owner writes it: 3 to 50 letters, digits, `.`, `-`, `_`, with a letter; or an email address.

    That an email is the person's own is for whoever knows it (`is_own`). Refuses with `username_length`,
    `username_characters`, `username_needs_letter`, `aadhaar_refused`.
    """
    typed = value.strip()
    if not typed:
        raise FieldProblem("required")
    if not USERNAME_AT_LEAST <= len(typed) <= USERNAME_AT_MOST:
        raise FieldProblem("username_length", at_least=USERNAME_AT_LEAST, at_most=USERNAME_AT_MOST)
    if "@" in typed:
        return Username(parse_email(typed))
    if not _USERNAME.fullmatch(typed):
        raise FieldProblem("username_characters")
    bare = re.sub("[._-]", "", typed)
    if is_aadhaar_shaped(bare):
        raise FieldProblem("aadhaar_refused")
    # All digits would look like a mobile number.
    if not re.search("[A-Za-z]", bare):
        raise FieldProblem("username_needs_letter")
    return Username(typed)


def is_own(username: Username, email: EmailAddress) -> bool:
    """Whether a person with `email` may bear this username: another's address may not be one's name."""
    return "@" not in username or username.lower() == email.lower()
