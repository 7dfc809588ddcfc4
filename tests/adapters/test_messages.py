"""Messages: the exact registered text over DLT routes, and nothing of it in any error."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.messages import AwsMessenger
from chalicelib.domain.contacts import Channel
from chalicelib.domain.notices import Notice, NoticeKind, NoticeNotSent
from chalicelib.settings import SettingMissing, Settings
from infra import sms_texts

SETTINGS = {
    "SMS_ENTITY_ID": "1101",
    "SMS_SENDER_ID": "ICEGTE",
    "SMS_TEMPLATE_IDS": json.dumps({name: f"T-{name.replace('.', '-')}" for name in sms_texts.names()}),
    "MAIL_SENDER": "no-reply@icegate.example",
    "PUBLIC_ORIGIN": "https://icegate.example:443/",
}
CODE = {"code": "042137", "until": "12:00"}


class FakeProviders:
    """SNS and SES in one: keeps what it was asked, or refuses it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.refuses = False

    def client(self, service: str) -> Any:
        assert service in {"sns", "sesv2"}
        return self

    def publish(self, **asked: Any) -> dict[str, str]:
        return self._take("Publish", asked)

    def send_email(self, **asked: Any) -> dict[str, str]:
        return self._take("SendEmail", asked)

    def _take(self, operation: str, asked: dict[str, Any]) -> dict[str, str]:
        if self.refuses:
            error = {"Error": {"Code": "MessageRejected", "Message": f"not {asked}"}}
            raise ClientError(error, operation)  # type: ignore[arg-type]
        self.asked.append(asked)
        return {"MessageId": "m-1"}


@pytest.fixture
def providers() -> FakeProviders:
    return FakeProviders()


@pytest.fixture
def messenger(providers: FakeProviders) -> AwsMessenger:
    return AwsMessenger(providers, Settings(SETTINGS))  # type: ignore[arg-type]


def sms(kind: NoticeKind, language: str, values: dict[str, str]) -> Notice:
    return Notice(kind, Channel.MOBILE, "+919876500002", language, values)


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("kind", [NoticeKind.CONTACT_CODE, NoticeKind.ALTERNATE_CODE])
def test_an_sms_with_a_code_is_bound_to_the_origin_and_goes_by_its_own_template(
    messenger: AwsMessenger, providers: FakeProviders, kind: NoticeKind, language: str
) -> None:
    assert messenger.send(sms(kind, language, CODE)) == "m-1"
    asked = providers.asked[0]
    assert asked["PhoneNumber"] == "+919876500002"
    assert asked["Message"].splitlines()[-1] == "@icegate.example #042137"
    attributes = {name: value["StringValue"] for name, value in asked["MessageAttributes"].items()}
    assert attributes == {
        "AWS.SNS.SMS.SMSType": "Transactional",
        "AWS.SNS.SMS.SenderID": "ICEGTE",
        "AWS.MM.SMS.EntityId": "1101",
        "AWS.MM.SMS.TemplateId": f"T-{kind.value}-{language}",
    }


@pytest.mark.parametrize("language", ["en", "hi"])
def test_a_mail_holds_its_code_in_the_readers_language(
    messenger: AwsMessenger, providers: FakeProviders, language: str
) -> None:
    notice = Notice(NoticeKind.CONTACT_CODE, Channel.EMAIL, "office@zenith.example", language, CODE)
    messenger.send(notice)
    asked = providers.asked[0]
    body = asked["Content"]["Simple"]["Body"]["Text"]["Data"]
    assert "042137" in body
    assert "042137" not in asked["Content"]["Simple"]["Subject"]["Data"]
    assert any("\u0900" <= sign <= "\u097f" for sign in body) == (language == "hi")
    assert asked["FromEmailAddress"] == "no-reply@icegate.example"
    assert asked["Destination"] == {"ToAddresses": ["office@zenith.example"]}


@pytest.mark.parametrize("channel", list(Channel))
def test_what_a_provider_refuses_is_told_without_address_or_code(
    messenger: AwsMessenger, providers: FakeProviders, channel: Channel
) -> None:
    providers.refuses = True
    with pytest.raises(NoticeNotSent) as not_sent:
        messenger.send(Notice(NoticeKind.CONTACT_CODE, channel, "office@zenith.example", "en", CODE))
    assert str(not_sent.value) == f"contact_code.{channel.value}: MessageRejected"
    assert not_sent.value.__cause__ is None
    assert not_sent.value.__suppress_context__


def test_without_a_sender_nothing_is_sent(providers: FakeProviders) -> None:
    bare = AwsMessenger(providers, Settings({"SMS_TEMPLATE_IDS": '{"contact_code.en": "T"}'}))  # type: ignore[arg-type]
    with pytest.raises(SettingMissing, match="SMS_SENDER_ID"):
        bare.send(sms(NoticeKind.CONTACT_CODE, "en", CODE))
    assert providers.asked == []


@pytest.mark.parametrize("given", [{}, {"SMS_TEMPLATE_IDS": "{}"}, {"SMS_TEMPLATE_IDS": '{"contact_code.hi": ""}'}])
def test_a_text_that_was_not_registered_is_not_sent_and_its_name_is_told(
    providers: FakeProviders, given: dict[str, str]
) -> None:
    """Without ids of its own a process goes by the packaged file, which the repository leaves to the deployer."""
    settings = {name: value for name, value in SETTINGS.items() if name != "SMS_TEMPLATE_IDS"} | given
    unregistered = AwsMessenger(providers, Settings(settings))  # type: ignore[arg-type]
    with pytest.raises(SettingMissing, match=r"the DLT template id of contact_code\.hi in .*sms_templates\.json"):
        unregistered.send(sms(NoticeKind.CONTACT_CODE, "hi", CODE))
    assert providers.asked == []
