"""Keys of KMS that outlive a restart of the laptop: moto makes new ones, which open nothing that was sealed before."""

import json
import secrets
import uuid
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path

from moto.kms.models import kms_backends

from infra.local.environment import ACCOUNT, REGION

_MATERIAL_BYTES = 32


@dataclass(frozen=True)
class KeptKey:
    """A symmetric key as moto holds it."""

    key_id: str
    material: bytes

    def __repr__(self) -> str:
        """Without the material."""
        return f"KeptKey({self.key_id!r})"


def kept_key(data: Path | None, name: str) -> KeptKey:
    """Give the key kept under this name in the folder ``data``, or else a new random one."""
    kept = data / f"{name}.json" if data else None
    if kept and kept.exists():
        stored = json.loads(kept.read_text(encoding="utf-8"))
        return KeptKey(stored["key_id"], b64decode(stored["material"]))
    made = KeptKey(str(uuid.uuid4()), secrets.token_bytes(_MATERIAL_BYTES))
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        stored = {"key_id": made.key_id, "material": b64encode(made.material).decode()}
        kept.write_text(json.dumps(stored), encoding="utf-8")
    return made


def put_in_place(made_id: str, kept: KeptKey) -> dict[str, str]:
    """Let the key that moto has just made be the kept one; gives its attributes."""
    keys = kms_backends[ACCOUNT][REGION].keys
    key = keys.pop(made_id)
    key.arn = key.arn.replace(key.id, kept.key_id)
    key.id = kept.key_id
    key.key_material = kept.material
    keys[key.id] = key
    return {"Ref": key.id, "Arn": key.arn}
