"""Fits the interval of the predicted age: `python -m signals.age.fit_interval [--write]`.

For each band of the predicted age and each set, the one-sided quantiles of true minus predicted age, with the
finite-sample correction of split conformal prediction (the k-th smallest of n, k = ceil((n + 1) · q)); then, for each
band and side, the wider of the sets. Where a set has fewer than 60 images in a band, the band is widened for it by a
year at each end until it has. The age net has seen UTKFace, so that set alone would promise too much; FairFace
knows only bins of ages, of which the middle is taken, and 75 years for its last, 70 and more. Ages are those of the
labels as they are written, as in `selfie models evaluate`. Held-out coverage is that of five folds by image.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from engine.contracts import Evidence, Ports, Readings
from engine.frames import Frame
from signals.accuracy.ages import read_age, read_bin
from signals.age.interval import AgeInterval, Band, Fitted
from signals.age.provider import AgeProvider
from signals.face.provider import build as build_face
from signals.model_store import open_store
from signals.no_history import NoHistory
from signals.onnx import Network

LEVEL = 0.90
EDGES = (13.0, 18.0, 25.0, 35.0, 50.0, 120.0)
SETS = ("utkface", "fairface540")
FOLDS = 5
LEAST = 60
"""Images behind one quantile: fewer make it jump, more blur the bands."""
TARGET = Path(__file__).with_name("interval.yaml")

Pairs = NDArray[np.float64]
"""n×2: predicted and true age in years."""


def true_age(row: Mapping[str, str]) -> float:
    """The label in years: as it is written, or the middle of a bin."""
    return (read_age(row["age"]) if "age" in row else read_bin(row["age_bin"])).guess


def offsets(pairs: Pairs) -> tuple[float, float]:
    """Lower and upper end of true minus predicted age at `LEVEL`, of at least `LEAST` pairs; what is left over is
    shared by both sides.
    """
    residuals = np.sort(pairs[:, 1] - pairs[:, 0])
    rank = math.ceil((len(residuals) + 1) * (1 + LEVEL) / 2)
    return min(0.0, float(residuals[-rank])), max(0.0, float(residuals[rank - 1]))


def fit(data: Mapping[str, Pairs]) -> list[Band]:
    """One band for each of `EDGES`, the wider of the sets on either side."""
    bands = []
    for below, above in zip(EDGES, (0.0, *EDGES), strict=False):
        inside = {name: near(pairs, above, below) for name, pairs in data.items()}
        ends = [offsets(pairs) for pairs in inside.values()]
        bands.append(
            Band(
                below=below,
                lower=round(min(lower for lower, _ in ends), 1),
                upper=round(max(upper for _, upper in ends), 1),
                n={name: len(pairs) for name, pairs in inside.items()},
            )
        )
    return bands


def near(pairs: Pairs, above: float, below: float) -> Pairs:
    """The pairs predicted in a band, or in a wider one where they are too few."""
    if len(pairs) < LEAST:
        raise ValueError(f"{len(pairs)} images are too few, at least {LEAST} are needed")
    inside = pairs[(pairs[:, 0] >= above) & (pairs[:, 0] < below)]
    return inside if len(inside) >= LEAST else near(pairs, above - 1, below + 1)


def held_out_coverage(data: Mapping[str, Pairs], fitted_on: Sequence[str] = ()) -> dict[str, float]:
    """Share of images whose label lies in the interval that was fitted without them, for each set.

    It is fitted on all sets, or only on those named.
    """
    inside: dict[str, list[bool]] = {name: [] for name in data}
    for fold in range(FOLDS):
        rest = {name: data[name][np.arange(len(data[name])) % FOLDS != fold] for name in fitted_on or data}
        interval = AgeInterval(fit(rest))
        for name, pairs in data.items():
            inside[name] += covered(interval, pairs[fold::FOLDS])
    return {name: round(float(np.mean(hits)), 3) for name, hits in inside.items()}


def covered(interval: AgeInterval, pairs: Pairs) -> list[bool]:
    """For each pair whether the true age lies in the interval."""
    ends = [interval.around(predicted) for predicted, _ in pairs]
    return [lower <= true <= upper for (lower, upper), (_, true) in zip(ends, pairs, strict=True)]


def predictions(ports: Ports, folder: Path) -> Pairs:
    """Predicted and true age of every image of a set in which a face is found, in the order of its labels."""
    face, age = build_face(ports), AgeProvider(Network(ports, "faceapi_age"), AgeInterval([_open_band()]))
    pairs = []
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            evidence = Evidence("still", (Frame((folder / row["file"]).read_bytes()),))
            found = face.read(evidence, Readings())
            signal = age.read(evidence, Readings(found.features, found.findings))
            predicted = signal.features.get("age.predicted")
            if isinstance(predicted, float):
                pairs.append((predicted, true_age(row)))
    return np.asarray(pairs, np.float64)


def fitted(ports: Ports, folder: Path) -> Fitted:
    """Everything of interval.yaml, from the images in `folder`."""
    data = {name: predictions(ports, folder / name) for name in SETS}
    return Fitted(
        level=LEVEL,
        fitted=ports.clock.now().date().isoformat(),
        model="faceapi_age",
        model_digest=ports.models.get("faceapi_age").sha256,
        sets={name: len(pairs) for name, pairs in data.items()},
        held_out_coverage=held_out_coverage(data),
        fitted_on_one_alone={name: held_out_coverage(data, [name]) for name in data},
        bands=fit(data),
    )


def _open_band() -> Band:
    return Band(below=EDGES[-1], lower=0, upper=0, n={})


class _Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the fit, or put it in its place."""
    parser = argparse.ArgumentParser(description="Fit the interval of the predicted age.")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SELFIE_EVAL_DATA", ".")))
    parser.add_argument("--write", action="store_true", help=f"replace {TARGET.name}")
    options = parser.parse_args(arguments)
    settings = dict(os.environ)
    result = fitted(Ports(_Now(), NoHistory(), settings, open_store(settings)), options.data)
    text = "# Made by `python -m signals.age.fit_interval --write`; what it means stands in docs/models/age.md.\n"
    text += yaml.safe_dump(result.model_dump(), sort_keys=False, allow_unicode=True)
    if options.write:
        TARGET.write_text(text, encoding="utf-8")
    else:
        print(text)  # noqa: T201 - the result of a script


if __name__ == "__main__":
    main()
