"""What every operation for somebody signed in may refuse; its `refusals` begin with one of these."""

from __future__ import annotations

from typing import Final

from chalicelib.domain.refusals import Code

SESSION: Final = (
    Code.SESSION_REQUIRED,
    Code.SESSION_EXPIRED,
    Code.SECOND_FACTOR_REQUIRED,
    Code.SERVICE_UNAVAILABLE,
)
# Where a right is asked for as well.
PERMITTED: Final = (*SESSION, Code.NOT_PERMITTED)
# Staff's own, who need an authenticator and a confirmed mobile.
STAFF: Final = (*PERMITTED, Code.AUTHENTICATOR_REQUIRED, Code.MOBILE_CONFIRMATION_REQUIRED)
