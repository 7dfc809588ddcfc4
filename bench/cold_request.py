"""Run as a bare process: import a packaged handler, answer one event, and say what it took.

`python -I -S -B cold_request.py <package directory> <module.function> <event.json>`. Prints `{"cpu_ms", "answer"}`.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path


class Context:
    """What Lambda hands to a handler beside the event."""

    aws_request_id = "00000000-0000-4000-8000-000000000000"
    function_name = "measured"
    function_version = "$LATEST"
    memory_limit_in_mb = "512"
    invoked_function_arn = "arn:aws:lambda:ap-south-1:123456789012:function:measured"
    log_group_name = "/aws/lambda/measured"
    log_stream_name = "measured"

    def get_remaining_time_in_millis(self) -> int:
        """As if the invocation had just begun."""
        return 29_000


def main(package: str, handler: str, event: str) -> None:
    # What handlers print is no answer: only the last line of this program is.
    out, sys.stdout = sys.stdout, sys.stderr
    sys.path.insert(0, package)
    module, _, function = handler.rpartition(".")
    answer = getattr(import_module(module), function)(json.loads(Path(event).read_text()), Context())
    out.write(json.dumps({"cpu_ms": time.process_time() * 1000, "answer": answer}, default=str) + "\n")
    out.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
