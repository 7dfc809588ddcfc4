"""Calls packaged functions as Lambda does."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUNNER = Path(__file__).with_name("lambda_runner.py")


@dataclass(frozen=True)
class Invocation:
    """What became of one call."""

    answer: Any
    error: str | None
    """The class name of the exception, as Step Functions sees it; None when the function answered."""
    message: str
    modules: frozenset[str]
    """Every module that was loaded when the function had answered."""


class LambdaProcesses:
    def __init__(self, unpacked: Path, template: dict[str, Any], aws: str) -> None:
        self._unpacked = unpacked
        self._aws = aws
        resources = template["Resources"]
        self.handlers: dict[str, str] = {
            name: body["Properties"]["Handler"]
            for name, body in resources.items()
            if body["Type"] == "AWS::Serverless::Function"
        }
        self._variables = sorted(template["Globals"]["Function"]["Environment"]["Variables"])

    def environment(self) -> dict[str, str]:
        """Every variable that the template sets, with a value of its kind, and what Lambda itself sets."""
        settings = {name: name.lower().replace("_", "-") for name in self._variables}
        settings |= {
            "JOURNEYS_ARN_PREFIX": "arn:aws:states:ap-south-1:123456789012:stateMachine:made-up-",
            "AUDIT_RETENTION_DAYS": "365",
            "MAIL_SENDER": "icegate@example.gov.in",
            "PUBLIC_ORIGIN": "https://icegate.example.gov.in",
            "SIGNING_UTILITY_PORT": "26300",
        }
        return settings | {
            "AWS_REGION": "ap-south-1",
            "AWS_ACCESS_KEY_ID": "made-up",
            "AWS_SECRET_ACCESS_KEY": "made-up",
            "AWS_ENDPOINT_URL": self._aws,
            "AWS_LAMBDA_FUNCTION_NAME": "made-up",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def invoke(self, function: str, event: Any) -> Invocation:
        """Call the function of a logical id in a new process. Raises AssertionError when the process breaks."""
        return self.run(self.handlers[function], event)

    def load(self, modules: list[str]) -> frozenset[str]:
        """Import the modules in a new process and answer every module that is loaded then."""
        imports = "".join(f"import {name}\n" for name in modules)
        return self.program(f"{imports}answer = True").modules

    def program(self, source: str) -> Invocation:
        """Run a program that leaves its answer in `answer`. Raises AssertionError if it fails."""
        done = self.run("", source)
        assert done.error is None, f"{done.error}: {done.message}"
        return done

    def run(self, handler: str, event: Any) -> Invocation:
        """Call what a handler names; with an empty string, run the event as a program."""
        # -I and -S: no current directory, no PYTHON* variables, no site-packages.
        command = [sys.executable, "-I", "-S", "-W", "error", str(RUNNER), str(self._unpacked), handler]
        run = subprocess.run(
            command,
            input=json.dumps(event),
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        told = json.loads(run.stdout.splitlines()[-1])
        return Invocation(told["answer"], told["error"], told["message"], frozenset(told["modules"]))
