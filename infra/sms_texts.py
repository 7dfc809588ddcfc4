"""The SMS texts to register with the operators (DLT): `python -m infra.sms_texts [--check | --fill]`.

It prints a CSV with a line for each text of the catalogue: `template, language, text, template_id`, the text as it is
registered (`{#var#}` in the place of each value). The ids are those of `chalicelib/configuration/sms_templates.json`.

    --fill    add to that file, without an id, each text that it lacks, and take out what is no text any more
    --check   print nothing but what has no id yet, and fail if there is any
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from chalicelib.domain.notices import NoticeKind
from chalicelib.settings import SMS_TEMPLATES
from chalicelib.web.texts import LANGUAGES, catalogue

COLUMNS = ("template", "language", "text", "template_id")
_SLOT = re.compile(r"\{[a-z_]+\}")


def sms_kinds() -> tuple[NoticeKind, ...]:
    """The kinds of notices that go by SMS: those that have a text for it."""
    return tuple(kind for kind in NoticeKind if f"sms.{kind.value}" in catalogue(LANGUAGES[0]))


def names() -> Iterator[str]:
    """The name of every template: `<kind>.<language>`."""
    return (f"{kind.value}.{language}" for kind in sms_kinds() for language in LANGUAGES)


def registered_text(kind: NoticeKind, language: str) -> str:
    """A text as the operators want it."""
    return _SLOT.sub("{#var#}", catalogue(language)[f"sms.{kind.value}"])


def main(arguments: Sequence[str] | None = None, file: Path = SMS_TEMPLATES) -> int:
    """The command line. Answers the process's exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.sms_texts",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    doing = parser.add_mutually_exclusive_group()
    doing.add_argument("--check", action="store_true", help="fail if a text has no id yet")
    doing.add_argument("--fill", action="store_true", help="add to the file what it lacks")
    options = parser.parse_args(arguments)
    ids: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    if options.fill:
        filled = {name: ids.get(name, "") for name in names()}
        file.write_text(json.dumps(filled, indent=2) + "\n", encoding="utf-8")
        return 0
    if options.check:
        lacking = [name for name in names() if not ids.get(name)]
        print("\n".join([f"without an id in {file.name}: {name}" for name in lacking]), end="\n" if lacking else "")
        return 1 if lacking else 0
    lines = csv.writer(sys.stdout)
    lines.writerow(COLUMNS)
    for kind in sms_kinds():
        for language in LANGUAGES:
            name = f"{kind.value}.{language}"
            lines.writerow((name, language, registered_text(kind, language), ids.get(name, "")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
