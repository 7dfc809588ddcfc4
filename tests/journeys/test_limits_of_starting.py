"""The limits of what opens a registration: the temporary password and the captcha."""

from datetime import timedelta

from infra.local.laptop import Laptop
from tests.journeys.clients import REGISTRATIONS, Client, Reply, captcha
from tests.journeys.importers import Importer, new_importer
from tests.journeys.walking import opened, retry_after

# The temporary password.


def start(client: Client, importer: Importer, temporary_password: str) -> Reply:
    body = {**importer.details(captcha(client)), "temporary_password": temporary_password}
    return client.call("POST", REGISTRATIONS, body)


def test_five_wrong_temporary_passwords_close_it_until_a_new_one_is_issued(
    laptop: Laptop, client: Client, importer: Importer
) -> None:
    for _ in range(5):
        assert start(client, importer, "AAAA-AAAA-AAAA").demand(422).code == "details_not_matched"
    closed = start(client, importer, importer.temporary_password).demand(429)
    assert closed.code == "temporary_password_exhausted"
    assert retry_after(closed) > 6 * 86400
    # Another holder's is not touched.
    start(client, new_importer(), importer.temporary_password).demand(201)


def test_a_right_temporary_password_forgives_the_wrong_ones(client: Client, importer: Importer) -> None:
    for _ in range(2):
        for _ in range(4):
            start(client, importer, "AAAA-AAAA-AAAA").demand(422)
        start(client, importer, importer.temporary_password).demand(201)


def test_a_temporary_password_lives_7_days(laptop: Laptop, client: Client, importer: Importer) -> None:
    laptop.clock.advance(timedelta(days=7) - timedelta(minutes=1))
    start(client, importer, importer.temporary_password).demand(201)
    laptop.clock.advance(minutes=2)
    assert start(client, importer, importer.temporary_password).demand(422).code == "details_not_matched"


def test_a_temporary_password_serves_one_registration(laptop: Laptop, client: Client, importer: Importer) -> None:
    flow = opened(laptop, importer, client)
    start(client, importer, importer.temporary_password).demand(201)
    flow.to_registered()
    assert start(client, importer, importer.temporary_password).demand(422).code == "details_not_matched"


# The captcha.


def test_a_captcha_serves_once_even_where_the_details_were_wrong(client: Client, importer: Importer) -> None:
    solved = captcha(client)
    wrong_details = {**importer.details(solved), "temporary_password": "AAAA-AAAA-AAAA"}
    assert client.call("POST", REGISTRATIONS, wrong_details).demand(422).code == "details_not_matched"
    for _ in range(2):
        used = client.call("POST", REGISTRATIONS, importer.details(solved)).demand(422)
        assert used.code == "captcha_used"
        assert set(used.reasons) == {"captcha"}


def test_a_captcha_lives_20_minutes(laptop: Laptop, client: Client, importer: Importer) -> None:
    solved = captcha(client)
    laptop.clock.advance(minutes=20)
    assert client.call("POST", REGISTRATIONS, importer.details(solved)).demand(422).code == "captcha_expired"
