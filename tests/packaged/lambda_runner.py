"""Stands in for Lambda's runtime, in a process of its own: unpacked directory, handler; the event comes by stdin.

With an empty handler the event is a program, which leaves its answer in `answer`. The last line written is JSON:
answer, error, message, modules.
"""

import importlib
import json
import sys
from types import SimpleNamespace

unpacked, handler = sys.argv[1:]
sys.path.insert(0, unpacked)
module, _, function = handler.rpartition(".")
context = SimpleNamespace(
    aws_request_id="request",
    function_name="function",
    function_version="1",
    memory_limit_in_mb="1024",
    invoked_function_arn="arn:aws:lambda:ap-south-1:123456789012:function:function",
    get_remaining_time_in_millis=lambda: 50_000,
)
event = json.load(sys.stdin)
answer, error, message = None, None, ""
entry = getattr(importlib.import_module(module), function) if handler else None
try:
    if entry:
        answer = entry(event, context)
    else:
        names: dict[str, object] = {}
        exec(event, names)
        answer = names["answer"]
except Exception as failure:  # noqa: BLE001 - Lambda reports every exception by its class name
    error, message = type(failure).__name__, str(failure)
told = {"answer": answer, "error": error, "message": message, "modules": sorted(sys.modules)}
sys.stdout.write(f"\n{json.dumps(told)}\n")
