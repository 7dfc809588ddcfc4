"""Run as a process: writes one registration whose codes are about to be sent into the store that the environment names.

Prints `{"registration_id", "flow_token"}`.
"""

from __future__ import annotations

import json

from bench.our_sign_up import IcegateDesk
from chalicelib.domain import codes
from chalicelib.domain.changes import WriteRegistration
from chalicelib.domain.icegate import registration as registrations
from chalicelib.domain.identifiers import IcegateId


def main() -> None:
    desk = IcegateDesk("registration_steps")
    registration_id, flow_token, _ = desk.opened(1)
    store, now = desk.suite.store, desk.suite.clock()
    opened = store.registration(registration_id)
    assert opened is not None
    nonce = b"n" * codes.NONCE_BYTES
    store.write(
        WriteRegistration(registrations.with_credentials(opened, IcegateId("person1"), "none", "measured", nonce, now))
    )
    print(json.dumps({"registration_id": registration_id, "flow_token": flow_token}))


if __name__ == "__main__":
    main()
