"""The journeys, in Step Functions."""

from __future__ import annotations

import json
from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws import Aws
from chalicelib.domain.ports import JourneysUnavailable, Woken
from chalicelib.settings import Settings

# The token's wait is over: it was woken before, timed out, or its execution ended.
_OVER = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


class StepFunctionsJourneys:
    """`ports.Journeys` on the state machine `simplified_registration`."""

    def __init__(self, aws: Aws, settings: Settings) -> None:
        self._aws = aws
        self._settings = settings

    def start(self, registration_id: str, seconds_left: int) -> None:
        """See `ports.Journeys`. The execution's name is the registration's id, so a second start is the first one's."""
        body = json.dumps({"registration_id": registration_id, "seconds_left": seconds_left})
        try:
            self._aws.client("stepfunctions").start_execution(
                stateMachineArn=self._settings["SIMPLIFIED_REGISTRATION_ARN"], name=registration_id, input=body
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
