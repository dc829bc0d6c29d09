"""The command: ``python -m bench``, from the folder `tests`."""

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import psutil
from peers import load_torch

from bench import denoising, game, language, memory, metrics, race, training
from bench.turns import Job, Row, measure
from gencore.records import provenance

JOBS: dict[str, tuple[Callable[[], Job], int]] = {  # each with its number of rounds
    "autoencoder": (training.autoencoder_step, 7),
    "vae": (training.vae_step, 7),
    "products": (training.autoencoder_products, 7),
    "vae_products": (training.vae_products, 7),
    "gan": (game.gan_step, 5),
    "conv_gan": (game.conv_gan_step, 5),
    "denoiser": (denoising.denoiser_step, 7),
    "refined": (denoising.refined_step, 7),
    "flow": (denoising.flow_step, 7),
    "sampling": (denoising.sampling, 7),
    "refined_sampling": (denoising.refined_sampling, 5),
    "ddim": (denoising.ddim, 3),
    "gpt": (language.gpt_step, 7),
    "gpt_writing": (language.gpt_writing, 5),
    "fid": (metrics.fid, 5),
    "kid": (metrics.kid, 5),
    "is": (metrics.inception, 5),
    "precision": (metrics.precision, 5),
}
RACES: dict[str, Callable[[], Row]] = {  # one run each: a whole training, or what takes no time
    "gan_race": race.gan_race,
    "memory": memory.planned,
    "process": memory.processes,
}
ROOT = Path(__file__).resolve().parents[2]


def table(rows: Sequence[Row]) -> str:
    """The rows as text, our time first."""
    lines = [("work", "gencore", "beside", "the other", "ratio", "promise", "")]
    for row in rows:
        low, high = row.range
        promise = "" if row.limit is None else f"≤ {row.limit:.2f} {'kept' if row.kept else 'BROKEN'}"
        ratio = f"{row.ratio:.2f} [{low:.2f}, {high:.2f}]"
        times = amount(row.gencore_seconds, row.unit), row.peer, amount(row.peer_seconds, row.unit)
        lines.append((row.name, *times, ratio, promise, row.note))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def amount(value: float, unit: str) -> str:
    """A time or a number of bytes with its unit, three digits."""
    if unit == "bytes":
        return f"{value / 1e6:.3g} MB"
    return f"{value:.3g} s" if value >= 0.1 else f"{value * 1e3:.3g} ms"


def run_all(names: Sequence[str]) -> tuple[list[Row], list[str]]:
    """Run jobs; return their rows and the names of those that failed, which cost the others nothing."""
    rows: list[Row] = []
    failed = []
    for name in names:
        try:
            if name in RACES:
                print(f"{name}, one run each ...", file=sys.stderr, flush=True)
                rows.append(RACES[name]())
                continue
            job, rounds = JOBS[name]
            print(f"{name}, {rounds} rounds in turns ...", file=sys.stderr, flush=True)
            rows += measure(job(), rounds)
        except Exception:  # of data that cannot be had, for instance, at the end of half an hour
            traceback.print_exc()
            failed.append(name)
    return rows, failed


def main() -> int:
    """Run the jobs, print the table, write it down.

    The exit status is 1 if a job failed; a broken promise counts only if asked to.
    """
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "jobs", nargs="*", help=f"which to run, of {', '.join([*JOBS, *RACES])} (default: all)"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "_build" / "bench.json", help="where to write")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a promise is broken")
    chosen = parser.parse_args()
    names = [*JOBS, *RACES]
    unknown = set(chosen.jobs) - set(names)
    if unknown:
        parser.error(f"there is no job {', '.join(sorted(unknown))}; choose from {', '.join(names)}")
    torch = load_torch()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    busy = psutil.cpu_percent(interval=3) / 100
    if busy > 0.05:
        print(f"The machine is {busy:.0%} busy: these times will not be worth much.", file=sys.stderr)
    rows, failed = run_all(chosen.jobs or names)
    print(table(rows))
    origin = provenance([])
    del origin["data_sha256"]
    origin["versions"]["torch"] = torch.__version__
    about = {"date": date.today().isoformat(), "busy_before": busy, "threads": torch.get_num_threads()}
    chosen.output.parent.mkdir(exist_ok=True)
    chosen.output.write_text(
        json.dumps(
            {
                "jobs": [name for name in chosen.jobs or names if name not in failed],
                "rows": [asdict(row) for row in rows],
                **about,
                "provenance": origin,
            },
            indent=1,
        )
        + "\n",
        encoding="utf-8",
    )
    print(f"written to {chosen.output}")
    if failed:
        print(f"These failed, for the reasons above, and are left out: {', '.join(failed)}.", file=sys.stderr)
    return int(bool(failed) or (chosen.strict and not all(row.kept for row in rows)))


if __name__ == "__main__":
    sys.exit(main())
