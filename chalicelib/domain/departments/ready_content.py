"""Ready content: a certificate's XML and PDF in one object, so that a pull reads the documents' store once.

Whoever makes a certificate puts `joined(xml, pdf)` under `ready_key(xml)` before it becomes active. The parts are told
from each other by their sizes and known by their hashes, which stand in the certificate's record.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from chalicelib.domain.digilocker.pull_answers import Content

if TYPE_CHECKING:
    from chalicelib.domain.departments.certificates import PreparedFile

CONTENT_TYPE = "application/octet-stream"


class ContentAltered(Exception):  # noqa: N818
    """What lies in the documents' store is not what was made: another size or another hash."""


def ready_key(xml: PreparedFile) -> str:
    """Where both files of a certificate lie together, beside its XML."""
    return f"{xml.key}.ready"


def joined(xml: bytes, pdf: bytes) -> bytes:
    """Both files as one object."""
    return xml + pdf


def parted(content: bytes, xml: PreparedFile, pdf: PreparedFile) -> Content:
    """Both files again, each found to be what was made. Raises `ContentAltered`."""
    return Content(xml=checked(content[: xml.size], xml), pdf=checked(content[xml.size :], pdf))


def checked(content: bytes, made: PreparedFile) -> bytes:
    """The content of one file. Raises `ContentAltered` where it is not what was made."""
    if len(content) != made.size or hashlib.sha256(content).hexdigest() != made.sha256:
        raise ContentAltered
    return content
