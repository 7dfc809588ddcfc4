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
    folded = _MESSRS.sub(" ", _folded(one))
    spelled = _P_FOR_PRIVATE.sub(" private ", folded).replace("&", " and ")
    return " ".join(_WORDS.get(word, word) for word in _words(spelled))


def same_person(one: str) -> str:
    """The form of a person's name in which two spellings of it are equal; "" where nothing of it is left."""
    words = _words(_folded(one))
    while len(words) > 2 and words[0] in _TITLES:  # noqa: PLR2004 - a title and two words
        words = words[1:]
    return " ".join(words)


def _folded(name: str) -> str:
    """Case and Unicode's forms made one. Folding can undo the form, so it is made once more."""
    visible = "".join(sign for sign in name if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())


def _words(name: str) -> list[str]:
    """Runs of letters, marks and digits; single letters side by side are one word."""
    kept = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in name)
    words: list[str] = []
    is_run = False
    for word in kept.split():
        is_single = len(word) == 1 and word.isalpha()
        if is_single and is_run:
            words[-1] += word
        else:
            words.append(word)
        is_run = is_single
    return words
