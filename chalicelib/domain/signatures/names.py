"""Names as they are compared: of entities and of persons, on a certificate and on the IEC's record.

Two spellings of one name are the same where they differ in nothing but what no register keeps apart. Nothing is
guessed: no letter may be missing, no word may change its place, no name is "near enough". What is made equal:

- both: Unicode forms (NFKC), case, blanks, punctuation, signs that are not seen; single letters that stand side by side
  ("S. K. Rao", "SK Rao"; "L.L.P.");
- entities: "M/s" or "Messrs" before the name; "&" and "and"; "Pvt", "(P)" and "Private"; "Ltd" and "Limited";
- persons: titles before the name (Shri, Smt, Mr, Mrs, Ms, Dr) where a name of two words at least follows.
"""

from __future__ import annotations

import re
import unicodedata

_MESSRS = re.compile(r"^(?:\s*(?:m\s*/\s*s\b\.?|messrs\b\.?)(?=\W))+")
_P_FOR_PRIVATE = re.compile(r"\(\s*p\s*\)")
_WORDS = {"pvt": "private", "ltd": "limited"}
_TITLES = frozenset({"shri", "smt", "mr", "mrs", "ms", "dr"})


def same_entity(one: str) -> str:
    """The form of an entity's name in which two spellings of it are equal; "" where nothing of it is left."""
    spelled = _MESSRS.sub(" ", folded(one))
    spelled = _P_FOR_PRIVATE.sub(" private ", spelled).replace("&", " and ")
    return " ".join(_WORDS.get(word, word) for word in with_initials_joined(words_of(spelled)))


def same_person(one: str) -> str:
    """The form of a person's name in which two spellings of it are equal; "" where nothing of it is left."""
    words = with_initials_joined(words_of(folded(one)))
    while len(words) > 2 and words[0] in _TITLES:  # noqa: PLR2004 - a title and two words
        words = words[1:]
    return " ".join(words)


def folded(name: str) -> str:
    """Case and Unicode's forms made one. Folding can undo the form, so it is made once more."""
    visible = "".join(sign for sign in name if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())


def words_of(name: str) -> list[str]:
    """Runs of letters, marks and digits."""
    return "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in name).split()


def with_initials_joined(words: list[str]) -> list[str]:
    """The words, single letters side by side made one: "S K Rao" is "SK Rao"."""
    joined: list[str] = []
    is_run = False
    for word in words:
        is_single = len(word) == 1 and word.isalpha()
        if is_single and is_run:
            joined[-1] += word
        else:
            joined.append(word)
        is_run = is_single
    return joined
