"""Callers: what a request says of where it comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    `ip` is the gateway's word, never a header's; `device` a short name of browser and system for people ("Firefox,
    Android"); `request_id` the gateway's id of this request; `language` what answers and messages are written in.
    """

    ip: str
    device: str
    request_id: str
    language: str

    def __repr__(self) -> str:
        return f"Caller({self.request_id!r})"
