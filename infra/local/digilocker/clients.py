"""Who may call: clients of the partner portal, and the endpoints that issuers set up there."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["pull_uri", "pull_doc"]


@dataclass
class PullEndpoint:
    """One Pull URI API as an issuer typed it into the portal."""

    url: str
    api_key: str
    org_id: str
    doctypes: tuple[str, ...]
    parameters: tuple[tuple[str, str, str], ...] = ()
    """Search parameters: name on the wire, label, example."""
    kind: Kind = "pull_uri"
    variant: str = "v1.13"
    """Which of `pull_variants.VARIANTS` a citizen's own pull is made in."""


@dataclass
class Client:
    """One client. A requester has redirect addresses and document types, an issuer an issuer id; many are both."""

    client_id: str
    secret: str
    name: str
    redirect_uris: tuple[str, ...] = ()
    doctypes: tuple[str, ...] = ()
    """What it may ask for."""
    issuer_id: str = ""
    org_id: str = ""
    category: str = "State Government"
    endpoints: list[PullEndpoint] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    """What its document types are called."""

    def endpoint_of(self, doctype: str) -> PullEndpoint | None:
        """Give where documents of this type are pulled from."""
        return next((one for one in self.endpoints if doctype in one.doctypes), None)


class Clients:
    """Everybody who may call, by client id."""

    def __init__(self) -> None:
        self._clients: dict[str, Client] = {}
        self._remembered: dict[str, Client] | None = None

    def remember(self) -> None:
        """Let `restore` come back to how they are now."""
        self._remembered = deepcopy(self._clients)

    def restore(self) -> None:
        """Take everybody back to how they were remembered; where nothing was, they stay."""
        if self._remembered is not None:
            self._clients = deepcopy(self._remembered)

    def __getitem__(self, client_id: str) -> Client:
        return self._clients[client_id]

    def add(self, client: Client) -> Client:
        """Register a client, in the place of the one that had this id."""
        self._clients[client.client_id] = client
        return client

    def get(self, client_id: str) -> Client | None:
        """Give the client, or None."""
        return self._clients.get(client_id)

    def issuer(self, org_id: str) -> Client | None:
        """Give the issuer that has this organisation's id."""
        return next((one for one in self._clients.values() if one.org_id and one.org_id == org_id), None)

    def all(self) -> list[Client]:
        """List them."""
        return list(self._clients.values())
