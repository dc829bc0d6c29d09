"""The command line: ``gencore train vae --profile full --seed 0``."""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version

__all__ = ["main"]

# A command imports what it needs when it runs: `gencore --version` is quick, and one command works where another's
# packages are broken.


def _train(arguments: argparse.Namespace) -> int:
    """Run one recipe and write its record."""
    from gencore.models.classifier import WEIGHTS_PATH
    from gencore.recipes import autoencoder, classifier, vae
    from gencore.records import write_record

    if arguments.family == "classifier":
        record = classifier.record(WEIGHTS_PATH, seed=arguments.seed)
    else:
        recipe = {"autoencoder": autoencoder, "vae": vae}[arguments.family]
        record = recipe.record(arguments.profile, seed=arguments.seed)
    path = write_record(record)
    print(f"{record.name}: {record.train_seconds:.0f} s of training")
    for name, score in record.metrics.items():
        interval = "" if not score["interval"] else "  [{:.4g}, {:.4g}]".format(*score["interval"])
        print(f"  {name:16} {score['value']:.4g}{interval}")
    print(f"written to {path}")
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    """Look at the machine."""
    from gencore.doctor import report

    return report(offline=arguments.offline, as_json=arguments.json)


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
    train.add_argument("family", choices=["autoencoder", "classifier", "vae"], help="what to train")
    train.add_argument("--seed", type=int, default=0, help="seed of the run (default 0)")
    train.add_argument(
        "--profile", choices=["quick", "full"], default=None, help="how much work (default: GENCORE_PROFILE)"
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
    chosen = parser.parse_args(arguments)
    return chosen.run(chosen)


if __name__ == "__main__":
    sys.exit(main())
