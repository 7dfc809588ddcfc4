"""The journeys, in Step Functions."""

from __future__ import annotations

import json
from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws import Aws
from chalicelib.domain.ports import Journey, JourneysUnavailable, Woken
from chalicelib.settings import Settings

# The token's wait is over: it was woken before, timed out, or its execution ended.
_OVER = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})

# What each state machine calls the id in its input.
_ID = {
    Journey.SIMPLIFIED_REGISTRATION: "registration_id",
    Journey.ACCOUNT_REGISTRATION: "registration_id",
    Journey.MOBILE_REPLACEMENT: "flow_id",
    Journey.IEC_LINKING: "signing_id",
    Journey.IEC_USER_CHANGE: "signing_id",
    Journey.FULL_REGISTRATION: "signing_id",
    Journey.DIGILOCKER_FETCH: "fetch_id",
    Journey.CERTIFICATE_PUBLISHING: "push_id",
    Journey.CERTIFICATE_BACKFILL: "backfill_id",
}


class StepFunctionsJourneys:
    """`ports.Journeys`: each journey is a state machine.

    All have one account, region and stack, and a name that is fixed in the template: so the setting
    `JOURNEYS_ARN_PREFIX` and the journey's name are its ARN, in a few bytes of the 4 KB that Lambda allows.
    """

    def __init__(self, aws: Aws, settings: Settings) -> None:
        self._aws = aws
        self._settings = settings

    def start(self, journey: Journey, journey_id: str, seconds_left: int) -> None:
        """See `ports.Journeys`. The execution's name is the journey's id, so a second start is the first one's."""
        # A journey that is run again has its round after a dot, which no id of ours holds.
        body = json.dumps({_ID[journey]: journey_id.partition(".")[0], "seconds_left": seconds_left})
        try:
            self._aws.client("stepfunctions").start_execution(
                stateMachineArn=self._settings["JOURNEYS_ARN_PREFIX"] + journey.value.replace("_", "-"),
                name=journey_id,
                input=body,
            )
        except ClientError as refused:
            if refused.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise JourneysUnavailable from refused
        except BotoCoreError as failed:
            raise JourneysUnavailable from failed

    def wake(self, task_token: str, message: Mapping[str, str | int]) -> Woken:
        """See `ports.Journeys`."""
        try:
            self._aws.client("stepfunctions").send_task_success(taskToken=task_token, output=json.dumps(dict(message)))
        except ClientError as refused:
            if refused.response["Error"]["Code"] in _OVER:
                return Woken.WAITS_NO_MORE
            raise JourneysUnavailable from refused
        except BotoCoreError as failed:
            raise JourneysUnavailable from failed
        return Woken.AWAKE
