"""The child process that llama.cpp runs in; it is started as a script and imports nothing of mixchat.

It reads one line of JSON from standard input, loads the model, answers one line of JSON on what was its
standard output, and serves HTTP on loopback until standard input ends: the parent closed it, or died.
"""

import contextlib
import importlib
import json
import os
import sys
from typing import Any, TextIO


def _private_stdout() -> TextIO:
    """Keep standard output to ourselves and send what llama.cpp prints the way of standard error."""
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answer


def _load(order: dict[str, Any]) -> Any:  # noqa: ANN401 - the wheel has no types
    xllamacpp: Any = importlib.import_module("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = order["path"]
    params.model_alias = {order["name"]}
    params.n_ctx = order["context"]
    params.n_parallel = 1
    params.cpuparams.n_threads = order["threads"]
    params.cpuparams_batch.n_threads = order["threads"]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [order["token"]]
    params.ui = False
    params.endpoint_slots = False
    params.cors_origins = ""
    # Prompts of earlier chats are not worth gigabytes; the slot's own cache stays.
    params.cache_ram_mib = 0
    params.cache_idle_slots = False
    params.verbosity = 2
    params.use_jinja = True
    params.reasoning_format = xllamacpp.common_reasoning_format.COMMON_REASONING_FORMAT_AUTO
    return xllamacpp.Server(params)


def main() -> None:
    """Load the model that the parent names, serve it, and go when the parent goes."""
    answer = _private_stdout()
    order = json.loads(sys.stdin.readline())
    try:
        server = _load(order)
    except (ImportError, RuntimeError, ValueError, OSError) as error:
        json.dump({"error": type(error).__name__, "message": str(error)}, answer)
    else:
        json.dump({"url": server.listening_address}, answer)
        with contextlib.suppress(OSError):
            answer.write("\n")
            answer.flush()
            sys.stdin.read()
    # Nothing here needs saving, and unloading by hand can take a second.
    with contextlib.suppress(OSError):
        answer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
