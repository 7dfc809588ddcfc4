"""The alarms of what departments issue and of what comes of it at DigiLocker; a part of infra/watching."""

from __future__ import annotations

from chalicelib.handlers.metrics import NAMESPACE
from infra.alarms import STREAM_BEHIND_MS, Resource, alarm, metric, sum_of

HOUR = 3600
MAKER = {"FunctionName": {"Ref": "MakeCertificates"}}
STARTER = {"FunctionName": {"Ref": "StartPublishing"}}
REMOVER = {"FunctionName": {"Ref": "EndConsents"}}
# Both park: the one what will never go through, the other what did not after all tries.
PUSHERS = ({"FunctionName": {"Ref": "PushCertificate"}}, {"FunctionName": {"Ref": "ParkPush"}})


def department_alarms() -> dict[str, Resource]:
    """Alarms of certificates that are not made or not removed, and of pushes that are parked or come late.

    A certificate that waits is made as soon as its hindrance is gone, for a day; its department's page says why it
    waits. A backfill brings more in a minute than are made in it, so that certificates come late is no alarm.
    """
    hindered = metric(NAMESPACE, "CertificatesHindered", MAKER)
    parked = sum_of(NAMESPACE, [("PushesParked", pusher) for pusher in PUSHERS])
    elsewhere = sum_of(NAMESPACE, [("UrisInOtherAccounts", pusher) for pusher in PUSHERS])
    kept = metric(NAMESPACE, "CertificatesNotRemoved", REMOVER, period=HOUR)
    late = metric(NAMESPACE, "RemovalsBehind", REMOVER, period=HOUR)
    behind = metric("AWS/Lambda", "IteratorAge", STARTER, "Maximum")
    # One push tries each quarter of an hour.
    silent = metric(NAMESPACE, "PushesPutOff", PUSHERS[0], period=HOUR)
    return {
        "CertificatesHinderedAlarm": alarm(
            "For a quarter of an hour certificates could not be made", hindered, 1, periods=3
        ),
        "CertificatesNotRemovedAlarm": alarm(
            "For three hours certificates that are kept no longer could not be removed", kept, 1, periods=3
        ),
        "RemovalsBehindAlarm": alarm(
            "For a day not all certificates that are kept no longer could be looked at", late, 1, periods=24
        ),
        "PushesParkedAlarm": alarm("For a quarter of an hour pushes were parked", parked, 1, periods=3),
        "DigiLockerSilentAlarm": alarm("For an hour DigiLocker has not answered a department", silent, 3),
        "UrisInOtherAccountsAlarm": alarm("DigiLocker has a certificate in somebody else's account", elsewhere, 1),
        "PushesStreamAlarm": alarm(
            "New pushes are not started at once: the stream is behind", behind, STREAM_BEHIND_MS, periods=3
        ),
    }
