"""Messages: SMS by SNS over India's DLT routes, mail by SES. Nothing here logs an address or a text."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws import Aws
from chalicelib.domain.contacts import Channel
from chalicelib.domain.notices import Notice, NoticeNotSent
from chalicelib.settings import Settings
from chalicelib.web.texts import text


class AwsMessenger:
    """`notices.Messenger` by SNS and SES v2."""

    def __init__(self, aws: Aws, settings: Settings) -> None:
        self._aws = aws
        self._settings = settings

    def send(self, notice: Notice) -> str:
        """See `notices.Messenger`."""
        try:
            return self._sms(notice) if notice.channel is Channel.MOBILE else self._mail(notice)
        except (BotoCoreError, ClientError) as failed:
            # `from None`: a provider's error may quote the address.
            code = failed.response["Error"]["Code"] if isinstance(failed, ClientError) else type(failed).__name__
            raise NoticeNotSent(f"{notice.kind.value}.{notice.channel.value}: {code}") from None

    def _sms(self, notice: Notice) -> str:
        """A transactional SMS.

        The operators drop a text, without an error, that is not the registered template's.
        """
        template = self._settings.sms_template_id(notice.kind.value, notice.language)
        attributes = {
            "AWS.SNS.SMS.SMSType": "Transactional",
            "AWS.SNS.SMS.SenderID": self._settings["SMS_SENDER_ID"],
            "AWS.MM.SMS.EntityId": self._settings["SMS_ENTITY_ID"],
            "AWS.MM.SMS.TemplateId": template,
        }
        answer = self._aws.client("sns").publish(
            PhoneNumber=notice.address,
            Message=text(
                notice.language, f"sms.{notice.kind.value}", domain=self._settings.public_host, **notice.values
            ),
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
        )
        return str(answer["MessageId"])

    def _mail(self, notice: Notice) -> str:
        key, origin = f"mail.{notice.kind.value}", self._settings["PUBLIC_ORIGIN"]
        subject = text(notice.language, f"{key}.subject", origin=origin, **notice.values)
        body = text(notice.language, f"{key}.body", origin=origin, **notice.values)
        answer = self._aws.client("sesv2").send_email(
            FromEmailAddress=self._settings["MAIL_SENDER"],
            Destination={"ToAddresses": [notice.address]},
            Content={
                "Simple": {
                    "Subject": {"Data": subject, "Charset": "UTF-8"},
                    "Body": {"Text": {"Data": body, "Charset": "UTF-8"}},
                }
            },
        )
        return str(answer["MessageId"])
