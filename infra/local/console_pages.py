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
@media (max-width: 48rem) {
  body { margin: 1rem auto }
  h1 { font-size: 1.6rem }
  table, tbody, tr, td { display: block }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  tr { border: 1px solid #bbb; border-radius: 8px; padding: .5rem .8rem; margin: 0 0 .8rem }
  td { border: 0; padding: .15rem 0 }
  td:empty { display: none }
  td::before { content: attr(data-column) ": "; color: #555 }
}
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
    names = {column: escape(column.replace("_", " ")) for column in columns}
    head = "".join(f'<th scope="col" role="columnheader">{name}</th>' for name in names.values())
    body = "".join(
        '<tr role="row">'
        + "".join(
            f'<td role="cell" data-column="{name}">{_cell(row.get(column))}</td>' for column, name in names.items()
        )
        + "</tr>"
        for row in rows
    )
    # Roles, for on a narrow screen each row is a card, and no table to a screen reader without them.
    return (
        f'<table role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table>'
    )


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
