"""Forms of the simulator's own pages."""

from collections.abc import Mapping
from html import escape

from infra.local.digilocker.simulator import PATH


def form(place: str, button: str, *fields: str) -> str:
    """Make a form that is sent to one of the simulator's pages."""
    inside = "".join(fields)
    return (
        f'<h2>{escape(button)}</h2><form method="post" action="{PATH}/{place}">{inside}'
        f"<p><button>{escape(button)}</button></p></form>"
    )


def field(name: str, label: str, value: str = "") -> str:
    """Make a line to type in."""
    return (
        f'<p><label for="{name}">{escape(label)}</label><br>'
        f'<input id="{name}" name="{name}" value="{escape(value)}" size="60"></p>'
    )


def choice(name: str, label: str, options: Mapping[str, str], chosen: str = "") -> str:
    """Make a list to choose from."""
    listed = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(words)}</option>'
        for value, words in options.items()
    )
    return f'<p><label for="{name}">{escape(label)}</label><br><select id="{name}" name="{name}">{listed}</select></p>'
