"""Linking a login to an IEC, as the person drives it: a statement is drawn up, which they sign.

Source: DGFT's FAQ on linking (docs/sources.md): a login is of one IEC at most. Whether there is such an IEC, or whose
it is, nobody learns here: nothing of its record is read before a signature was found good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.accounts.account import Account
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.identifiers import Iec
from chalicelib.domain.iec.membership import user_of
from chalicelib.domain.iec.user_rules import demand_active
from chalicelib.domain.iec.users import REMINDED_BEFORE, IecUser, IecUserStatus, Link
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.signatures.desk import SigningDesk, Wish
from chalicelib.domain.signatures.signings import Purpose, Signing

_STATEMENTS: Mapping[str, Mapping[Purpose, tuple[str, ...]]] = {
    "en": {
        Purpose.LINK_IEC: (
            "I am entitled to act for the holder of the IEC {iec}.",
            "I link my login to this IEC. With it I become a user of the IEC; where I was none before, an owner.",
            "Every owner of this IEC is told that I have linked my login.",
        ),
        Purpose.RENEW_LINK: (
            "I am entitled to act for the holder of the IEC {iec}.",
            "I renew the link of my login to this IEC with the signature that I make now.",
        ),
    },
    "hi": {
        Purpose.LINK_IEC: (
            "मुझे IEC {iec} के धारक की ओर से काम करने का अधिकार है।",
            "मेरा लॉगिन इस IEC से जोड़ा जाए। इससे मैं इस IEC का उपयोगकर्ता बनूँगा/बनूँगी; पहले नहीं था/थी तो मालिक।",
            "इस IEC के हर मालिक को बताया जाएगा कि मेरा लॉगिन जुड़ गया है।",
        ),
        Purpose.RENEW_LINK: (
            "मुझे IEC {iec} के धारक की ओर से काम करने का अधिकार है।",
            "इस IEC से मेरे लॉगिन का जुड़ाव उस हस्ताक्षर से नया किया जाए जो मैं अभी कर रहा/रही हूँ।",
        ),
    },
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a login is for an IEC: `user` is None for one that is of none. `offered_by` is who offers it ownership."""

    user: IecUser | None
    entity_name: str = ""
    offered_by: str | None = None


@dataclass(frozen=True, slots=True)
class IecLinking:
    """The desk at which logins are linked."""

    store: Store
    desk: SigningDesk
    clock: Clock

    def open(self, actor: Actor, iec: Iec, caller: Caller) -> Signing:
        """Draws up the statement that links the actor's login to an IEC.

        The same for an IEC that there is not. Raises `Refusal`: `already_linked` where the login is of another IEC, or
        of this one with a link; `not_permitted` while suspended; `too_many_requests`.
        """
        user = user_of(self.store, actor)
        if user is not None and (user.iec != iec or user.link is not None):
            raise Refusal(Code.ALREADY_LINKED)
        if user is not None:
            demand_active(user)
        return self._opened(Purpose.LINK_IEC, iec, actor, caller)

    def renew(self, actor: Actor, caller: Caller) -> Signing:
        """Draws up the statement that proves the actor's link anew.

        Raises `Refusal`: `not_linked`, `not_permitted` while suspended, `too_many_requests`.
        """
        user = demand_active(user_of(self.store, actor))
        if user.link is None:
            raise Refusal(Code.NOT_LINKED)
        return self._opened(Purpose.RENEW_LINK, Iec(user.iec), actor, caller)

    def read(self, actor: Actor) -> Standing:
        """Which IEC the actor's login is of, and how it stands; a removed user is of none."""
        user = user_of(self.store, actor)
        if user is None or user.status is IecUserStatus.REMOVED:
            return Standing(None)
        record = self.store.iec_record(user.iec)
        offering = [other for other in self.store.iec_users(user.iec) if other.offered_to == user.user_id]
        return Standing(user, record.entity_name if record else "", offering[0].name if offering else None)

    def _opened(self, purpose: Purpose, iec: Iec, actor: Actor, caller: Caller) -> Signing:
        assert isinstance(actor.owner, Account)
        wish = Wish(purpose, iec, statement_of(purpose, iec, caller.language))
        return in_rounds(lambda: self.desk.open(wish, actor.key, caller))


def statement_of(purpose: Purpose, iec: str, language: str) -> tuple[str, ...]:
    """What is stated by who links a login, or proves a link anew."""
    return tuple(line.format(iec=iec) for line in _STATEMENTS[language][purpose])


def is_expired(link: Link, now: datetime) -> bool:
    """Whether a link counts no more and is to be proved anew."""
    return now >= link.expires_at


def expires_soon(link: Link, now: datetime) -> bool:
    """Whether it is time to renew a link."""
    return now >= link.expires_at - REMINDED_BEFORE
