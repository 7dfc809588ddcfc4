"""What is demanded of a signature over a signing's document: in which time, of which kind, and by whom."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.iec.users import IecUser
from chalicelib.domain.ports import Keyring, Store
from chalicelib.domain.signatures.binding import LinkingRules, binding, key_of_links, kinds_for
from chalicelib.domain.signatures.signers import Demand
from chalicelib.domain.signatures.signings import SignatureMethod, Signing

_ACCOUNT = "account:"


@dataclass(frozen=True, slots=True)
class Demands:
    """Makes the demand for a signing, from the records there are at this moment."""

    store: Store
    keyring: Keyring
    rules: LinkingRules

    def of(self, signing: Signing, method: SignatureMethod) -> Demand:
        """The demand. The signing time must lie within the document's life; who may sign, the records say now."""
        user = self._user_of(signing)
        key = key_of_links([user] if user else [], self.keyring)
        # Read whether there is such an IEC or not: the work is the same.
        record = self.store.iec_record(signing.iec)
        return Demand(
            document_sha256=bytes.fromhex(signing.document_sha256),
            not_before=signing.created_at,
            not_after=signing.expires_at,
            kinds=kinds_for(signing.purpose, method),
            bind=binding(signing, record, user, key, self.rules),
        )

    def _user_of(self, signing: Signing) -> IecUser | None:
        account_id = signing.owner.removeprefix(_ACCOUNT) if signing.owner.startswith(_ACCOUNT) else ""
        membership = self.store.membership(account_id) if account_id else None
        if membership is None or membership.iec != signing.iec:
            return None
        return self.store.iec_user(membership.iec, membership.user_id)
