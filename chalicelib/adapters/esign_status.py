"""Asking an eSign provider how a transaction stands, server to server."""

from __future__ import annotations

from urllib.parse import urlencode

import urllib3

from chalicelib.domain.signatures.esign.providers import EsignProfile, EsignProviders, EsignUnavailable, host_of

_AT_MOST = 256 * 1024
_CONNECT_SECONDS, _READ_SECONDS = 3.0, 10.0


class HttpStatusLine:
    """`steps.StatusLine` over HTTPS: to the hosts of the configured providers alone, and to no other by redirect."""

    def __init__(self, providers: EsignProviders) -> None:
        self._hosts = {host_of(each.status_address) for each in providers.profiles if each.status_address}
        timeout = urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS)
        self._pool = urllib3.PoolManager(timeout=timeout, retries=False, num_pools=2)

    def ask(self, profile: EsignProfile, fields: dict[str, str]) -> bytes:
        """See `steps.StatusLine`."""
        if host_of(profile.status_address) not in self._hosts:
            raise EsignUnavailable("a host that is no provider's")
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/xml"}
        try:
            answer = self._pool.request(
                "POST",
                profile.status_address,
                body=urlencode(fields),
                headers=headers,
                redirect=False,
                preload_content=False,
            )
            content = answer.read(_AT_MOST + 1)
            answer.release_conn()
        except (urllib3.exceptions.HTTPError, OSError) as failed:
            raise EsignUnavailable(profile.name) from failed
        if answer.status != 200 or len(content) > _AT_MOST:  # noqa: PLR2004 - OK
            raise EsignUnavailable(profile.name)
        return bytes(content)
