"""The console's pages for people."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1a1a1a }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .5rem; border-bottom: 1px solid #bbb }
input, select, textarea { font: inherit; max-width: 100% }
button, select, input { min-height: 2.2rem }
code { overflow-wrap: anywhere }
td { white-space: pre-wrap; overflow-wrap: anywhere }
"""


def front(site_url: str, places: Sequence[tuple[str, str]]) -> str:
    """Make what the front page says: the site, and each place (path, title)."""
    links = "".join(f'<li><a href="{escape(path)}">{escape(title)}</a></li>' for path, title in places)
    site = escape(site_url)
    return f'<p>The site is on <a href="{site}">{site}</a>. Nothing leaves this machine.</p><ul>{links}</ul>'


def listing(rows: Sequence[Mapping[str, Any]], note: str = "") -> str:
    """Make a table: a row for each object, a column for each of its keys. ``note`` is HTML that stands before it."""
    note = f"<p>{note}</p>" if note else ""
    return f'<p><a href="/">Console</a></p>{note}{table(rows)}'


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Make the table alone."""
    if not rows:
        return "<p>Nothing yet.</p>"
    columns = list(dict.fromkeys(key for row in rows for key in row))
    head = "".join(f'<th scope="col">{escape(column.replace("_", " "))}</th>' for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(row.get(column))}</td>" for column in columns) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: object) -> str:
    if value is None:
        return ""
    return escape("\n".join(str(item) for item in value) if isinstance(value, list) else str(value))


def page(title: str, content: str) -> str:
    """Make a page; ``content`` is HTML."""
    title = escape(title)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>{content}</main></body></html>"
    )
