"""Metrics: numbers that CloudWatch reads from the log (EMF, by Powertools), for the alarms of infra/watching.py.

Powertools' Logger loads its Metrics already, so this costs no start.
"""

from __future__ import annotations

NAMESPACE = "Pravesh"


def measured(function_name: str, **values: float) -> None:
    """Tells CloudWatch these values of a function, under `NAMESPACE` and the dimension `FunctionName`."""
    from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit  # noqa: PLC0415

    metrics = EphemeralMetrics(namespace=NAMESPACE)
    metrics.add_dimension("FunctionName", function_name)
    for name, value in values.items():
        metrics.add_metric(name, MetricUnit.Seconds if name.endswith("Seconds") else MetricUnit.Count, value)
    metrics.flush_metrics()
