"""Pages and assets: a strict little templating of our own, because a library would cost more to start than the page.

A page is `pages/<name>.html`: a few `name: value` lines, `---`, and HTML with `{{placeholders}}`. A placeholder is a
text of the catalogue, put in escaped, one of the layout's own parts, or `part.<name>`, the HTML of
`pages/parts/<name>.html` (with - for _); anything else is an error. Pages hold nothing personal: what a person is shown
comes by script from the API.

The lines: `title` (a text), `script` (the module that makes the page work), `crumbs` (`crumb.<name>` texts, the page
itself last), `step` (`<journey> <number>`, for a journey of `STEPS`; `{{step_of}}` then says "Step 1 of 4"), `wide`
(as wide as the site), `reaches` (whom it reaches beside our own origin: names of `policy.REACHED`), `signed_in: yes`
(for people with a session: the head offers to sign out; its script begins with `open` of signed-in.js) or
`signed_in: half` (between the password and the second factor).
"""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from pathlib import Path

from chalicelib.web import privacy_notice
from chalicelib.web.texts import LANGUAGES, catalogue, text

_HERE = Path(__file__).parent
_PLACEHOLDER = re.compile(r"\{\{([a-z0-9_.]+)\}\}")
_IMPORT = re.compile(r'^import (?:[^"]* from )?"\./([a-z-]+\.js)";$', re.MULTILINE)
_LATER = re.compile(r'\bimport\("\./([a-z-]+\.js)"\)')
_WORD = re.compile(r'\bword\("([a-z0-9_.]+)"')
# Lines that only comment, blank lines and the blanks before a line: for who writes assets, not for who loads them.
_FOR_WRITERS = re.compile(r"^(?:[ \t]*(?://.*|/\*.*\*/[ \t]*)?\n|[ \t]+)", re.MULTILINE)

# Where each page is, under /{language}. The path is also what the language switch keeps.
PAGES = {
    "": "landing",
    "icegate/register": "register",
    "icegate/register/credentials": "credentials",
    "icegate/register/codes": "codes",
    "icegate/register/verified": "verified",
    "icegate/register/alternate-contact": "alternate-contact",
    "icegate/register/alternate-codes": "alternate-codes",
    "icegate/register/done": "done",
    "icegate/register/resume": "resume",
    "sign-up": "sign-up",
    "sign-up/codes": "sign-up-codes",
    "sign-up/done": "sign-up-done",
    "sign-up/resume": "sign-up-resume",
    "privacy": "privacy",
    "sign-in": "sign-in",
    "sign-in/second-factor": "sign-in-second-factor",
    "sign-in/lost-authenticator": "sign-in-lost-authenticator",
    "reset": "reset",
    "reset/codes": "reset-codes",
    "reset/password": "reset-password",
    "reset/done": "reset-done",
    "mobile-stop": "mobile-stop",
    "home": "home",
    "account": "account",
    "account/name": "account-name",
    "account/password": "account-password",
    "account/authenticator": "account-authenticator",
    "account/recovery-codes": "account-recovery-codes",
    "account/email": "account-email",
    "account/mobile": "account-mobile",
    "account/sessions": "account-sessions",
    "account/activity": "account-activity",
    "account/close": "account-close",
    "account/training": "account-training",
    "iec": "iec",
    "iec/link": "iec-link",
    "iec/renew": "iec-renew",
    "iec/users": "iec-users",
    "iec/user": "iec-user",
    "iec/invitation": "iec-invitation",
    "iec/history": "iec-history",
    "signing": "signing",
    "signing/answer": "signing-answer",
    "full-registration": "full-registration",
    "full-registration/documents": "full-registration-documents",
    "dsc-renewal": "dsc-renewal",
    "my-documents": "my-documents",
    "digilocker/consent": "digilocker-consent",
    "digilocker/fetch": "digilocker-fetch",
    "consents": "consents",
    "consent": "consent",
    "staff/document-reviews": "staff-document-reviews",
    "staff/document-review": "staff-document-review",
    "staff/departments": "staff-departments",
    "staff/department-new": "staff-department-new",
    "staff/department": "staff-department",
    "staff/department-change": "staff-department-change",
    "staff/department-types": "staff-department-types",
    "staff/department-keys": "staff-department-keys",
    "staff/department-statistics": "staff-department-statistics",
    "staff/department-certificates": "staff-department-certificates",
    "staff/department-certificate": "staff-department-certificate",
    "staff/department-imports": "staff-department-imports",
    "staff/department-requests": "staff-department-requests",
    "staff/full-registrations": "staff-full-registrations",
    "staff/full-registration": "staff-full-registration",
    "staff": "staff",
    "staff/readiness": "staff-readiness",
    "staff/invite": "staff-invite",
    "staff/member": "staff-member",
    "staff/suspension": "staff-suspension",
    "staff/post": "staff-post",
    "staff/departure": "staff-departure",
    "staff/join": "staff-join",
    "staff/join/codes": "staff-join-codes",
    "staff/join/password": "staff-join-password",
    "check": "check",
    "certificate": "certificate",
}
NOT_FOUND = "not-found"
# Journeys whose steps stand beside their pages, and how many they have: texts `steps.<journey>.<number>`.
STEPS = {"register": 4, "sign_up": 2, "reset": 3, "join": 3}

_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}


@dataclass(frozen=True)
class Asset:
    """A style sheet, a script or a picture: its text and its content type."""

    content: str
    content_type: str


@cache
def assets() -> dict[str, Asset]:
    """Return every asset by its name, without its comments. What is not in this answer is not served."""
    return {
        path.name: Asset(_FOR_WRITERS.sub("", path.read_text(encoding="utf-8")), _CONTENT_TYPES[path.suffix])
        for path in sorted((_HERE / "assets").iterdir())
        if path.suffix in _CONTENT_TYPES
    }


@cache
def assets_version() -> str:
    """Return a name for exactly these assets: it stands in their addresses, so that browsers may keep them for good."""
    digest = hashlib.sha256()
    for name, asset in assets().items():
        digest.update(f"{name}\0{asset.content}\0".encode())
    return digest.hexdigest()[:12]


@lru_cache(maxsize=256)
def page(name: str, language: str, base: str, utility: str = "") -> str:
    """Return the page ``name`` (a value of `PAGES`, or `NOT_FOUND`) as HTML in ``language``.

    ``base`` is what stands before our paths in the browser's address: "" or a stage such as "/api"; ``utility`` where
    the signing utility of the reader's own machine listens. Raises KeyError for an unknown page, language or
    placeholder: a page with a hole is never served.
    """
    head, content = _read(name)
    paths = {served: path for path, served in PAGES.items()}
    other = LANGUAGES[1 - LANGUAGES.index(language)] if language in LANGUAGES else ""
    path = paths.get(name, "")
    parts = {
        "base": escape(base),
        "language": language,
        "other_language": other,
        "other_page": escape("/".join(filter(None, [f"{base}/{other}", path]))),
        "assets": f"{escape(base)}/assets/{assets_version()}",
        "name": name,
        "utility": escape(utility),
        "title": escape(text(language, head["title"])),
        "page_class": " stepped" if "step" in head else " wide-page" if "wide" in head else " single",
    }
    graph = scripts(head["script"]) if "script" in head else []
    journey, number = _step(head)
    if journey:
        parts["step_of"] = escape(text(language, "step.of", step=number, count=STEPS[journey]))
    if name == "privacy":
        parts["notice"] = "\n".join(f"<p>{escape(told)}</p>" for told in privacy_notice.text_of(language))
    layout = {
        **parts,
        "tools": _tools(name, language, parts["base"], signed_in=head.get("signed_in", "no")),
        "content": _fill(content, language, parts),
        "crumbs": _crumbs(head.get("crumbs", ""), language, base),
        "steps": _steps(journey, number, language) if journey else "",
        "scripts": _script_tags(graph, parts["assets"]),
        "words": escape(json.dumps(_words([*graph, *later(graph)], language), ensure_ascii=False), quote=False),
    }
    return _fill(_template("layout"), language, layout)


def reaches(name: str) -> tuple[str, ...]:
    """Return whom the page ``name`` reaches beside our own origin: names of `policy.REACHED`. Raises KeyError."""
    head, _ = _read(name)
    return tuple(filter(None, head.get("reaches", "").split(", ")))


def _tools(name: str, language: str, base: str, signed_in: str) -> str:
    """Return what stands in the head beside the language switch: the way in, or the ways on and out."""

    def link(path: str, key: str) -> str:
        return f'<a href="{base}/{language}/{path}">{escape(text(language, key))}</a>\n'

    if signed_in == "no":
        return "" if name == "sign-in" else link("sign-in", "site.sign_in")
    if signed_in == "half":
        return ""
    busy, label = (escape(text(language, key)) for key in ("site.sign_out_busy", "site.sign_out"))
    sign_out = f'<button type="button" id="sign-out" data-busy="{busy}" disabled>{label}</button>\n'
    return ("" if name == "home" else link("home", "site.home")) + sign_out


@cache
def _template(name: str) -> str:
    return (_HERE / "pages" / f"{name}.html").read_text(encoding="utf-8")


def _read(name: str) -> tuple[dict[str, str], str]:
    """Return a page's head (its `name: value` lines) and its HTML."""
    if name not in PAGES.values() and name != NOT_FOUND:
        raise KeyError(name)
    head, _, content = _template(name).partition("---\n")
    return dict(line.split(": ", 1) for line in head.splitlines()), content


def _fill(template: str, language: str, parts: dict[str, str]) -> str:
    """Put ``parts`` (HTML already) and texts (escaped here) where the placeholders stand."""

    def filled(match: re.Match[str]) -> str:
        if match[1] in parts:
            return parts[match[1]]
        if match[1].startswith("part."):
            part = match[1].removeprefix("part.").replace("_", "-")
            return _fill(_template(f"parts/{part}").rstrip("\n"), language, parts)
        # The two words are one name: they never part at the end of a line.
        return escape(text(language, match[1])).replace("ICEGATE ID", "ICEGATE\N{NO-BREAK SPACE}ID")

    return _PLACEHOLDER.sub(filled, template)


def scripts(entry: str) -> list[str]:
    """Return ``entry`` and every module that it imports, itself first, in a stable order."""
    found = [entry]
    for name in found:  # grows while it is read: a walk over the imports
        found += [other for other in _IMPORT.findall(assets()[name].content) if other not in found]
    return found


def later(graph: list[str]) -> list[str]:
    """Return what these scripts import once it is wanted, and what that imports: loaded when somebody goes that way."""
    wanted = [name for loaded in graph for name in _LATER.findall(assets()[loaded].content)]
    return [name for name in dict.fromkeys(name for entry in wanted for name in scripts(entry)) if name not in graph]


def _words(graph: list[str], language: str) -> dict[str, str]:
    """Return the texts that these scripts show. Placeholders stay open: the scripts fill them."""
    return {key: catalogue(language)[key] for name in graph for key in _WORD.findall(assets()[name].content)}


def _script_tags(graph: list[str], where: str) -> str:
    if not graph:
        return ""
    ahead = [f'<link rel="modulepreload" href="{where}/{name}">' for name in graph[1:]]
    return "\n".join([*ahead, f'<script type="module" src="{where}/{graph[0]}"></script>'])


# A crumb's text is `crumb.<name>`; these lead somewhere. The last crumb is the page itself and no link.
_CRUMB_PATHS = {
    "register": "/icegate/register",
    "verified": "/icegate/register/verified",
    "sign_up": "/sign-up",
    "sign_in": "/sign-in",
    "reset": "/reset",
    "home": "/home",
    "account": "/account",
    "iec": "/iec",
    "iec_users": "/iec/users",
    "full_registration": "/full-registration",
    "full_registrations": "/staff/full-registrations",
    "my_documents": "/my-documents",
    "consents": "/consents",
    "document_reviews": "/staff/document-reviews",
    "departments": "/staff/departments",
    "department": "/staff/department",
    "staff": "/staff",
    "member": "/staff/member",
    "join": "/staff/join",
}


def _crumbs(names: str, language: str, base: str) -> str:
    if not names:
        return ""
    *before, here = names.split(", ")
    links = [("", "crumb.start"), *((_CRUMB_PATHS[name], f"crumb.{name}") for name in before)]
    items = [
        f'<li><a href="{escape(base)}/{language}{path}">{escape(text(language, key))}</a></li>' for path, key in links
    ]
    items.append(f'<li aria-current="page">{escape(text(language, f"crumb.{here}"))}</li>')
    label = escape(text(language, "crumb.label"))
    return f'<nav class="crumbs" aria-label="{label}"><ol>{"".join(items)}</ol></nav>'


def _step(head: dict[str, str]) -> tuple[str, int]:
    """Return the journey that a page belongs to ("" for none) and its step in it."""
    journey, _, number = head.get("step", "").partition(" ")
    return (journey, int(number)) if journey else ("", 0)


def _steps(journey: str, current: int, language: str) -> str:
    """Return the list of steps beside the page; ``current`` past the last means that all are done."""
    items = []
    for number in range(1, STEPS[journey] + 1):
        name = escape(text(language, f"steps.{journey}.{number}"))
        if number < current:
            done = escape(text(language, "step.done"))
            items.append(f'<li class="past">{name} <span class="visually-hidden">({done})</span></li>')
        else:
            here = ' aria-current="step"' if number == current else ""
            items.append(f"<li{here}>{name}</li>")
    heading = escape(text(language, f"steps.{journey}.heading"))
    return (
        f'<aside class="steps" aria-labelledby="steps-heading"><h2 id="steps-heading">{heading}</h2>'
        f"<ol>{''.join(items)}</ol></aside>"
    )
