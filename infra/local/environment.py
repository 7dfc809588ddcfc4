"""The environment of the suite on the laptop: what Lambda would get from the template and from AWS."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

REGION = "ap-south-1"
ACCOUNT = "123456789012"
# Letters only: DynamoDB Local refuses anything else. The suite's calls are told from moto's own by this name.
ACCESS_KEY = "pravesh"

_NEVER_INHERITED = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)


def aws_environment(endpoint: str, dynamodb_endpoint: str | None) -> dict[str, str]:
    """Give the variables that point an AWS SDK at the laptop.

    ``endpoint`` is moto's address; ``dynamodb_endpoint`` that of DynamoDB Local, if it is the engine.
    """
    environment = {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        # No CloudWatch reads this machine's output.
        "POWERTOOLS_METRICS_DISABLED": "true",
        # A developer's own ~/.aws must not reach in, nor the laptop out.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    if dynamodb_endpoint is not None:
        environment["AWS_ENDPOINT_URL_DYNAMODB"] = dynamodb_endpoint
    return environment


@contextmanager
def applied(environment: Mapping[str, str]) -> Iterator[None]:
    """Have the variables in this process's environment while in the block; what stood there comes back."""
    before = {name: os.environ.get(name) for name in (*environment, *_NEVER_INHERITED)}
    for name in _NEVER_INHERITED:
        os.environ.pop(name, None)
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
