"""Peak memory of requests in flight, each number of them in a process of its own."""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
from pathlib import Path

from benchmarks.selfie_path.images import jpeg
from benchmarks.selfie_path.path import SelfiePath, evidence
from engine.service.runs.inference import Inference
from engine.workflow.signals import read_signals

WORKERS = 2
"""Evaluations computed at once, as the service has it by default."""
MIB = 2**20


def peak(requests: int, frames: int, width: int, height: int) -> tuple[int, int]:
    """MiB above the warm process, and MiB of the encoded images that the requests hold."""
    size = f"--requests={requests}", f"--frames={frames}", f"--width={width}", f"--height={height}"
    command = (sys.executable, "-m", "benchmarks.selfie_path.memory", *size)
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)  # noqa: S603
    grown, encoded = done.stdout.split()
    return int(grown), int(encoded)


def main() -> None:
    """Run the requests, and print both figures."""
    parser = argparse.ArgumentParser()
    for name in ("requests", "frames", "width", "height"):
        parser.add_argument(f"--{name}", type=int, required=True)
    given = parser.parse_args()
    path = SelfiePath(1)
    path.run([jpeg(640, 480)])
    image = jpeg(given.width, given.height, quality=80)
    bodies = [[bytes(bytearray(image)) for _ in range(given.frames)] for _ in range(given.requests)]
    before = _resident()
    inference = Inference(WORKERS, given.requests, 600)
    threads = [threading.Thread(target=_answer, args=(inference, path, body)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(max(0, _peak() - before) // MIB, sum(len(each) for body in bodies for each in body) // MIB)


def _answer(inference: Inference, path: SelfiePath, body: list[bytes]) -> None:
    given = evidence(body)
    with inference.admit() as read:
        found = read_signals(path.providers, given, path.catalogue, read)
    assert not found.failures, found.failures


def _resident() -> int:
    """Bytes in memory now; the highest mark so far is forgotten."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"this system does not tell {name}")


if __name__ == "__main__":
    main()
