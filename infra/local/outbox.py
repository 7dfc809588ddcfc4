"""What the suite sent: the SMS and the mails that moto took for SNS and SES."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from moto.sesv2.responses import SESV2Response
from moto.sns.models import SNSBackend

from infra.local.replaced import replaced


@dataclass(frozen=True)
class Sent:
    """One message as it was handed to the carrier."""

    channel: Literal["sms", "email"]
    to: str
    """An E.164 number or a mail address."""
    text: str
    sent_at: datetime
    subject: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    """For an SMS the SNS attributes (sender and DLT ids); for a mail ``from``."""

    def as_json(self) -> dict[str, str]:
        """As ``GET /outbox`` lists it; ``sent_at`` as an ISO instant in UTC, ``subject`` with mails only."""
        listed = {
            "channel": self.channel,
            "to": self.to,
            "text": self.text,
            "sent_at": self.sent_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        return listed if self.subject is None else {**listed, "subject": self.subject}


class Outbox:
    """Everything sent since the laptop started or the outbox was emptied."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sent: list[Sent] = []

    def newest_first(self) -> list[Sent]:
        """List the messages, the latest at the head."""
        with self._lock:
            return self._sent[::-1]

    def clear(self) -> None:
        """Throw away what was sent."""
        with self._lock:
            self._sent.clear()

    def sms(self, to: str, text: str, attributes: dict[str, str]) -> None:
        """Take an SMS."""
        self._take(Sent("sms", to, text, self._clock(), attributes=attributes))

    def mail(self, to: str, subject: str, text: str, sender: str) -> None:
        """Take a mail."""
        self._take(Sent("email", to, text, self._clock(), subject=subject, attributes={"from": sender}))

    def _take(self, message: Sent) -> None:
        with self._lock:
            self._sent.append(message)


@contextmanager
def kept_in(outbox: Outbox) -> Iterator[None]:
    """Write down in ``outbox`` whatever moto's SNS (to phones) and SES v2 accept while in the block."""
    publish = SNSBackend.publish
    send_email = SESV2Response.send_email

    def publish_and_keep(self: SNSBackend, message: str, *args: Any, **named: Any) -> str:  # noqa: ANN401
        message_id: str = publish(self, message, *args, **named)
        if named.get("phone_number"):
            attributes = named.get("message_attributes") or {}
            outbox.sms(
                named["phone_number"], message, {name: str(value["Value"]) for name, value in attributes.items()}
            )
        return message_id

    def send_email_and_keep(self: SESV2Response) -> str:
        answer: str = send_email(self)
        mail = json.loads(self.body)
        simple = mail["Content"]["Simple"]
        body = simple["Body"].get("Text") or simple["Body"]["Html"]
        for to in mail["Destination"]["ToAddresses"]:
            outbox.mail(to, simple["Subject"]["Data"], body["Data"], mail["FromEmailAddress"])
        return answer

    with ExitStack() as stack:
        stack.enter_context(replaced(SNSBackend, "publish", publish_and_keep))
        stack.enter_context(replaced(SESV2Response, "send_email", send_email_and_keep))
        yield
