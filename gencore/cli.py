"""The command line: ``gencore train vae --profile full --seed 0``."""

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

__all__ = ["main"]

FAMILIES = (
    *("autoencoder", "classifier", "diffusion", "gan", "gpt", "latent_diffusion", "small_diffusion"),
    *("unconditional_gan", "vae"),
)

# A command imports what it needs when it runs: `gencore --version` is quick, and one command works where another's
# packages are broken.


def _train(arguments: argparse.Namespace) -> int:
    """Run one recipe and write its record."""
    import jax
    from threadpoolctl import threadpool_limits

    from gencore.data import DownloadError
    from gencore.recipes import (
        autoencoder,
        classifier,
        diffusion,
        gan,
        gpt,
        latent_diffusion,
        small_diffusion,
        vae,
    )
    from gencore.recipes.recording import DatasetError
    from gencore.records import write_record
    from gencore.training import CheckpointError, TrainingDiverged

    options = {name: getattr(arguments, name) for name in ("seed", "checkpoint_dir")}
    if arguments.dataset:
        options["dataset"] = arguments.dataset
    try:
        if arguments.distributed:
            _join()
        with threadpool_limits(1, user_api="blas"):  # NumPy's threads and JAX's would wait for each other
            shipped = {"classifier": classifier.record, "small_diffusion": small_diffusion.record}
            if arguments.family in shipped:
                record = shipped[arguments.family](**options)
            else:
                recipes = {
                    "autoencoder": autoencoder.record,
                    "diffusion": diffusion.record,
                    "gan": gan.record,
                    "gpt": gpt.record,
                    "latent_diffusion": latent_diffusion.record,
                    "unconditional_gan": partial(gan.record, classes=False),
                    "vae": vae.record,
                }
                record = recipes[arguments.family](arguments.profile, **options)
    except (CheckpointError, DatasetError, DownloadError, TrainingDiverged, _NoCluster) as error:
        print(f"gencore train: {error}", file=sys.stderr)
        return 1
    if jax.process_index() > 0:
        return 0  # process 0 writes for all
    path = write_record(record)
    print(f"{record.name}: {record.train_seconds:.0f} s of training")
    for name, score in record.metrics.items():
        interval = "" if not score["interval"] else "  [{:.4g}, {:.4g}]".format(*score["interval"])
        print(f"  {name:16} {score['value']:.4g}{interval}")
    print(f"written to {path}")
    return 0


class _NoCluster(RuntimeError):
    """Nothing says which other processes there are."""


def _join() -> None:
    """Join the processes of this job."""
    import jax

    try:
        jax.distributed.initialize()
    except ValueError as error:
        raise _NoCluster(
            "--distributed finds no cluster. Start it under Slurm with srun, with mpirun, or on each host of a "
            f"Cloud TPU; on a single machine leave it out ({error})"
        ) from error


def _doctor(arguments: argparse.Namespace) -> int:
    """Look at the machine."""
    from gencore.doctor import report

    return report(offline=arguments.offline, as_json=arguments.json)


def _pack(arguments: argparse.Namespace) -> int:
    """Write the package that grades an exercise."""
    from gencore.grading import PackingError, find_master, pack

    try:
        path = pack(find_master(arguments.exercise), arguments.seed_file.read_bytes(), arguments.output)
    except (OSError, PackingError) as error:
        print(f"gencore pack: {error}", file=sys.stderr)
        return 1
    print(f"written to {path}; who has it can read the hidden tests, so keep it to yourself")
    return 0


def _grade(arguments: argparse.Namespace) -> int:
    """Grade a class."""
    from gencore.grading import GradingError, Limits, find_package, grade, merge_scores, read_package

    limits = Limits(arguments.timeout, arguments.cell_timeout, arguments.test_timeout)
    if arguments.unsafe_no_sandbox:
        print("gencore grade: without a sandbox, students' code can do all that you can", file=sys.stderr)
    try:
        package = find_package(arguments.package)
        graded = grade(
            package,
            arguments.submissions,
            arguments.output,
            feedback=arguments.feedback,
            jobs=arguments.jobs,
            limits=limits,
            isolated=not arguments.unsafe_no_sandbox,
            again=arguments.again,
        )
        counts = ", ".join(f"{count} {status}" for status, count in sorted(graded.counts.items()))
        print(f"{len(graded.rows)} submissions, {graded.ran} of them run now: {counts}")
        print(f"written to {arguments.output}")
        if arguments.into is not None:
            merged = merge_scores(graded.rows, read_package(package), arguments.into)
            print(f"{merged.written} scores written into {arguments.into} ({merged.platform})")
            if merged.left:
                print(f"left out, to look at or not in the export: {', '.join(merged.left)}")
    except (GradingError, OSError) as error:
        print(f"gencore grade: {error}", file=sys.stderr)
        return 1
    return 0


def _positive(text: str) -> float:
    """Read a number above 0."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds above 0")
    return value


def _count(text: str) -> int:
    """Read a whole number from 1."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1")
    return value


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command of ``gencore``.

    Args:
        arguments: Words of the command line; None for the process's own.

    Returns:
        Exit status, 0 for success.

    Example:
        >>> main(["--version"])
        Traceback (most recent call last):
        ...
        SystemExit: 0
    """
    parser = argparse.ArgumentParser(prog="gencore", description="The Creation Challenge, from the shell.")
    parser.add_argument("--version", action="version", version=f"gencore {version('gencore')}")
    commands = parser.add_subparsers(required=True)
    train = commands.add_parser("train", help="run a recipe and write its results record")
    train.add_argument(
        "family",
        choices=FAMILIES,
        help="what to train",
    )
    train.add_argument(
        "--dataset",
        choices=["mnist", "fashion_mnist", "python_topics", "tiny_shakespeare"],
        help="which images or which text (default mnist; of gpt tiny_shakespeare, in the quick profile python_topics)",
    )
    train.add_argument("--seed", type=int, default=0, help="seed of the run (default 0)")
    train.add_argument(
        "--profile", choices=["quick", "full"], default=None, help="how much work (default: GENCORE_PROFILE)"
    )
    train.add_argument(
        "--checkpoint-dir",
        metavar="DIR",
        help="save there as the training goes; the same command goes on from there",
    )
    train.add_argument(
        "--distributed",
        action="store_true",
        help="train one model with all processes of a Slurm, Open MPI or Cloud TPU job",
    )
    train.set_defaults(run=_train)
    doctor = commands.add_parser(
        "doctor",
        help="say what is installed, what works, and what to do about what does not",
        epilog="Exit status: 1 if there is a problem, 0 if there is none. Warnings do not count.",
    )
    doctor.add_argument("--json", action="store_true", help="print one JSON object, for scripts")
    doctor.add_argument("--offline", action="store_true", help="leave out the check of the network")
    doctor.set_defaults(run=_doctor)
    pack = commands.add_parser("pack", help="make the package that grades an exercise (for teachers)")
    pack.add_argument("exercise", help="which exercise, as in ex05")
    pack.add_argument(
        "--seed-file",
        type=Path,
        required=True,
        metavar="FILE",
        help="a file with a secret of yours: the hidden tests draw their numbers from it",
    )
    pack.add_argument(
        "-o", "--output", type=Path, default=Path(), metavar="DIR", help="where to write (default: here)"
    )
    pack.set_defaults(run=_pack)
    grade = commands.add_parser(
        "grade",
        help="grade a class in a sandbox (for teachers)",
        epilog="A second call runs only what is new or has changed. Exit status: 0 if the scores are written.",
    )
    grade.add_argument("package", help="a package of gencore pack, or an exercise as in ex05")
    grade.add_argument("submissions", type=Path, help="a folder of notebooks, or of one folder a student")
    grade.add_argument(
        "-o", "--output", type=Path, required=True, metavar="CSV", help="where the scores are written"
    )
    grade.add_argument(
        "--into", type=Path, metavar="CSV", help="an export of Moodle, Canvas or Gradescope to fill in"
    )
    grade.add_argument("--feedback", type=Path, metavar="DIR", help="write one page a student there")
    grade.add_argument(
        "--jobs",
        type=_count,
        default=os.cpu_count() or 1,
        metavar="N",
        help="how many at a time (default: one a core)",
    )
    for name, seconds, what in (("", 120, "a submission"), ("cell-", 30, "a cell"), ("test-", 15, "a test")):
        grade.add_argument(
            f"--{name}timeout",
            type=_positive,
            default=float(seconds),
            metavar="S",
            help=f"seconds for {what} (default {seconds})",
        )
    grade.add_argument("--again", action="store_true", help="run those, too, whose results are there")
    grade.add_argument(
        "--unsafe-no-sandbox",
        action="store_true",
        help="run students' code as if it were yours, where bubblewrap is missing",
    )
    grade.set_defaults(run=_grade)
    chosen = parser.parse_args(arguments)
    try:
        return chosen.run(chosen)
    except KeyboardInterrupt:
        return 130  # as the shell counts it; what there is to say is said


if __name__ == "__main__":
    sys.exit(main())
