"""Rights: what a login may do for the IEC that it is linked to.

Asked at each request, so that rights end the moment they are taken.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.authorisation import Actor
from chalicelib.domain.iec.membership import acting
from chalicelib.domain.iec.users import IecUser, Right
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Code, Refusal

# What rests on a signature of one's own. A preparer may have none, and prepares what others sign.
_UNDER_SIGNATURE = frozenset({Right.SIGN, Right.MANAGE_USERS, Right.TRANSFER})


def demand_right(store: Store, actor: Actor, right: Right, now: datetime) -> IecUser:
    """The user that the actor's login is, where it has this right now.

    Raises `Refusal`: `not_linked` for who is of no IEC, or has no signature for a right that rests on one;
    `not_permitted` while suspended or without the right; `link_expired` for everything but seeing where the signature
    of the link has expired.
    """
    user = acting(store, actor, right)
    if user.link is None and right in _UNDER_SIGNATURE:
        raise Refusal(Code.NOT_LINKED)
    if user.link is not None and right is not Right.SEE and now >= user.link.expires_at:
        raise Refusal(Code.LINK_EXPIRED)
    return user
