"""Pages about the simulator itself: who lives in it, what was asked, bad luck to order, and calls of a Pull URI."""

from infra.local.console_pages import listing, table
from infra.local.console_routes import Asked, in_html, in_json
from infra.local.digilocker.simulator import PATH, DigiLocker
from infra.local.http_server import HttpAnswer


def answer(digilocker: DigiLocker, asked: Asked) -> HttpAnswer | None:
    """Answer what is asked of these pages; None for any other path."""
    if asked.path == PATH and asked.is_reading:
        rows = [
            {
                "name": one.name,
                "digilocker_id": one.digilocker_id,
                "born_on": one.born_on.isoformat(),
                "documents": [document.uri for document in one.issued],
                "about": one.about,
            }
            for one in digilocker.citizens
        ]
        if not asked.by_a_person:
            return in_json({"citizens": rows, "asked": digilocker.counted()})
        return in_html("Simulated DigiLocker", listing(rows) + table([one.as_json() for one in digilocker.asked]))
    return None
