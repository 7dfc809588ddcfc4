"""The console's pages for people."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from infra.local import console_invitation

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1a1a1a }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .5rem; border-bottom: 1px solid #bbb }
td { white-space: pre-wrap; overflow-wrap: anywhere }
"""
_TITLES = {
    "outbox": "Messages sent",
    "samples": "Sample IEC holders",
    "executions": "Executions",
    "first-administrator": "Invite the first administrator of the Back Office",
}
_NOTES = {
    "samples": "Each may register at ICEGATE. For an account of DGFT's platform anybody signs up. Staff are invited: "
    f'<a href="{console_invitation.PATH}">invite the first administrator</a>.'
}


def front(site_url: str, paths: Sequence[str]) -> str:
    """Make the page that links the others."""
    paths = [*paths, console_invitation.PATH]
    links = "".join(f'<li><a href="{path}">{_TITLES[path.removeprefix("/")]}</a></li>' for path in paths)
    site = escape(site_url)
    return page(
        "Console of the laptop",
        f'<p>The site is on <a href="{site}">{site}</a>. Nothing leaves this machine.</p><ul>{links}</ul>',
    )


def listing(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Make a page with one table: a row for each object, a column for each of its keys."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    head = "".join(f'<th scope="col">{escape(column.replace("_", " "))}</th>' for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(row.get(column))}</td>" for column in columns) + "</tr>" for row in rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if rows else "<p>Nothing yet.</p>"
    note = f"<p>{_NOTES[name]}</p>" if name in _NOTES else ""
    return page(_TITLES[name], f'<p><a href="/">Console</a></p>{note}{table}')


def _cell(value: object) -> str:
    if value is None:
        return ""
    return escape("\n".join(str(item) for item in value) if isinstance(value, list) else str(value))


def page(title: str, content: str) -> str:
    """Make a page."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>{content}</body></html>"
    )
