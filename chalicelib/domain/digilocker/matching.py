"""Whether a name and a birth date are the same person's: one policy, for the issuer's side and for the requester's.

docs/digilocker.md tells it in a table, ADR 45 why. Only `EXACT` and `NORMALISED` ever give a document to anybody;
`NEARLY` is for an officer's eyes. Whoever has another name or another birth date is `DIFFERENT`: no officer is asked.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from enum import IntEnum

from chalicelib.domain.signatures.names import folded, with_initials_joined, words_of

# Nothing is guessed about longer names; also, what somebody sends must not cost us much.
_WORDS_AT_MOST = 8
_LETTERS_AT_MOST = 200
_TITLES = frozenset(
    {
        *("shri", "sri", "smt", "sushri", "mr", "mrs", "ms", "miss", "dr", "prof", "er", "adv"),
        *("श्री", "श्रीमती", "सुश्री", "डॉ", "डा"),
    }
)
# A spelling of one sound, and the one that stands for all; the longer ones first.
_SOUNDS = (
    *(("aa", "a"), ("ee", "i"), ("ii", "i"), ("oo", "u"), ("uu", "u"), ("ou", "u"), ("ks", "x"), ("ph", "f")),
    *(("bh", "b"), ("dh", "d"), ("gh", "g"), ("jh", "j"), ("kh", "k"), ("th", "t"), ("sh", "s"), ("ck", "k")),
    *(("ch", "c"), ("w", "v"), ("z", "j"), ("q", "k"), ("y", "i")),
    # Nukta, candrabindu and anusvara are written or left out.
    *(("\u093c", ""), ("\u0901", "\u0902")),
)
_VOWELS = frozenset("aeiou")
# A word of so many letters may be misspelt by one of them; shorter ones are too often other names (Asha, Usha).
_MISSPELT_FROM = 5
_FULL_WORD_FROM = 3


class Fit(IntEnum):
    """How well two people fit; the greater the closer."""

    DIFFERENT = 0
    NEARLY = 1
    NORMALISED = 2
    EXACT = 3


def fit(
    asked_name: str,
    asked_born_on: date | None,
    name: str,
    born_on: date | None,
    *,
    wants_birth_date: bool = True,
) -> Fit:
    """How the person asked for fits the person on record; the order of the two does not matter.

    A birth date that is not known on one side allows `NEARLY` at most, unless the policy wants none
    (`wants_birth_date=False`, for firms); known on both sides it always counts.
    """
    return min(_fit_of_names(asked_name, name), _fit_of_dates(asked_born_on, born_on, wants=wants_birth_date))


def canonical(name: str) -> str:
    """The form in which a name is looked for: case, punctuation, titles and the order of its words made one."""
    return " ".join(sorted(with_initials_joined(_words(name))))


def _fit_of_dates(one: date | None, other: date | None, *, wants: bool) -> Fit:
    if one is None or other is None:
        return Fit.NEARLY if wants else Fit.EXACT
    if one == other:
        return Fit.EXACT
    is_swapped = one.year == other.year and (one.month, one.day) == (other.day, other.month)
    return Fit.NEARLY if is_swapped else Fit.DIFFERENT


def _fit_of_names(one: str, other: str) -> Fit:
    if max(len(one), len(other)) > _LETTERS_AT_MOST:
        return Fit.DIFFERENT
    words, others = _words(one), _words(other)
    if not words or not others:
        return Fit.DIFFERENT
    if unicodedata.normalize("NFC", one).strip() == unicodedata.normalize("NFC", other).strip():
        return Fit.EXACT
    if canonical(one) == canonical(other) or _are_joined(words, others):
        return Fit.NORMALISED
    if max(len(words), len(others)) > _WORDS_AT_MOST:
        return Fit.DIFFERENT
    spelled, others_spelled = _spelled_out(words), _spelled_out(others)
    is_near = any(rule(spelled, others_spelled) for rule in (_by_initials, _without_a_middle_word, _but_for_a_letter))
    return Fit.NEARLY if is_near else Fit.DIFFERENT


def _words(name: str) -> list[str]:
    """A name's words in one spelling, without the titles before it; [] where there is no letter in it."""
    words = words_of(folded(name))
    while len(words) > 2 and words[0] in _TITLES:  # noqa: PLR2004 - a title and two words
        words = words[1:]
    return words if any(sign.isalpha() for word in words for sign in word) else []


def _are_joined(words: list[str], others: list[str]) -> bool:
    """Whether one of two names writes together what the other writes apart ("Ram Kumar", "Ramkumar").

    Not so where both have a gap that the other has not: "Ram Anand" is not "Rama Nand".
    """
    if "".join(words) != "".join(others):
        return False
    gaps, other_gaps = _gaps(words), _gaps(others)
    return gaps <= other_gaps or other_gaps <= gaps


def _gaps(words: list[str]) -> set[int]:
    ends, end = set(), 0
    for word in words[:-1]:
        end += len(word)
        ends.add(end)
    return ends


def _spelled_out(words: list[str]) -> list[str]:
    """The words as they sound, initials each alone: "SK Rao" is "S", "K" and "Rao"."""
    spelled: list[str] = []
    for word in words:
        are_initials = len(word) <= _FULL_WORD_FROM and word.isascii() and word.isalpha() and not _VOWELS & set(word)
        spelled += map(_sound, word) if are_initials else [_sound(word)]
    return spelled


def _sound(word: str) -> str:
    for spelling, sound in _SOUNDS:
        word = word.replace(spelling, sound)
    heard = [sign for place, sign in enumerate(word) if place == 0 or sign != word[place - 1]]
    return "".join(heard)


def _by_initials(words: list[str], others: list[str]) -> bool:
    """Whether each word is the same in both, or an initial of it; one whole word at least is in both."""
    if len(words) != len(others):
        return False
    whole = [(i, others.index(word)) for i, word in enumerate(words) if len(word) >= _FULL_WORD_FROM and word in others]
    return any(_all_paired(_but(words, i), _but(others, j)) for i, j in whole)


def _without_a_middle_word(words: list[str], others: list[str]) -> bool:
    """Whether one name has one word more, neither its first nor its last, and two whole words are in both."""
    shorter, longer = sorted((words, others), key=len)
    if len(longer) != len(shorter) + 1 or sum(len(word) >= _FULL_WORD_FROM for word in shorter) < 2:  # noqa: PLR2004
        return False
    return any(sorted(shorter) == sorted(_but(longer, middle)) for middle in range(1, len(longer) - 1))


def _but_for_a_letter(words: list[str], others: list[str]) -> bool:
    """Whether the names sound the same but for one letter of one longer word, which is not its first."""
    return any(
        (word == other or _is_misspelt(word, other)) and sorted(_but(words, i)) == sorted(_but(others, j))
        for i, word in enumerate(words)
        for j, other in enumerate(others)
    )


def _but(words: list[str], place: int) -> list[str]:
    return words[:place] + words[place + 1 :]


def _same_or_initial(word: str, other: str) -> bool:
    if word == other:
        return True
    # An initial cannot tell "P" from "Ph", whose sound is "f".
    firsts = {"p" if one[0] == "f" else one[0] for one in (word, other)}
    return min(len(word), len(other)) == 1 and len(firsts) == 1


def _is_misspelt(word: str, other: str) -> bool:
    """Whether one letter is left out, is another, or changed places with its neighbour; the first one is right."""
    shorter, longer = sorted((word, other), key=len)
    if len(shorter) < _MISSPELT_FROM or shorter[0] != longer[0] or len(longer) - len(shorter) > 1:
        return False
    if len(longer) > len(shorter):
        return any(longer[:place] + longer[place + 1 :] == shorter for place in range(1, len(longer)))
    wrong = [place for place in range(len(word)) if word[place] != other[place]]
    if len(wrong) == 2 and wrong[1] == wrong[0] + 1:  # noqa: PLR2004 - two neighbours
        return word[wrong[0]] == other[wrong[1]] and word[wrong[1]] == other[wrong[0]]
    return len(wrong) == 1


def _all_paired(words: list[str], others: list[str]) -> bool:
    """Whether each word has one of the others for itself that is the same, or an initial of it."""
    of_other: dict[int, int] = {}

    def found(i: int, seen: set[int]) -> bool:
        for j, other in enumerate(others):
            if j in seen or not _same_or_initial(words[i], other):
                continue
            seen.add(j)
            if j not in of_other or found(of_other[j], seen):
                of_other[j] = i
                return True
        return False

    return all(found(i, set()) for i in range(len(words)))
