"""What alarms are made of: a metric, or a sum of several, and the alarm on it."""

from __future__ import annotations

from typing import Any

Resource = dict[str, Any]

FIVE_MINUTES = 300
STREAM_BEHIND_MS = 60_000


def alarm(
    description: str, metric: Resource, threshold: float | Resource, *, periods: int = 1, below: bool = False
) -> Resource:
    """An alarm that tells the topic, and tells it again when all is well. `metric` holds what is measured."""
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": description,
            "AlarmActions": [{"Ref": "AlarmTopic"}],
            "OKActions": [{"Ref": "AlarmTopic"}],
            "ComparisonOperator": "LessThanThreshold" if below else "GreaterThanOrEqualToThreshold",
            "EvaluationPeriods": periods,
            "Threshold": threshold,
            "TreatMissingData": "notBreaching",
            **metric,
        },
    }


def metric(
    namespace: str, name: str, dimensions: Resource, statistic: str = "Sum", *, period: int = FIVE_MINUTES
) -> Resource:
    """One metric of CloudWatch, as an alarm's properties want it."""
    how = {"ExtendedStatistic": statistic} if statistic.startswith("p") else {"Statistic": statistic}
    return {
        "Namespace": namespace,
        "MetricName": name,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        "Period": period,
        **how,
    }


def sum_of(namespace: str, metrics: list[tuple[str, Resource]]) -> Resource:
    """The sum of several metrics, as an alarm's properties want it: (metric name, dimensions) for each."""
    parts = [
        {
            "Id": f"m{index}",
            "ReturnData": False,
            "MetricStat": {
                "Metric": {
                    "Namespace": namespace,
                    "MetricName": name,
                    "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
                },
                "Period": FIVE_MINUTES,
                "Stat": "Sum",
            },
        }
        for index, (name, dimensions) in enumerate(metrics)
    ]
    total = {"Id": "total", "Expression": "SUM(METRICS())", "ReturnData": True}
    return {"Metrics": [*parts, total]}
