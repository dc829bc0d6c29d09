"""The tables of the generated pages, as lines of Markdown. Plain functions of the data, so that tests can read them."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from statistics import mean
from typing import Any

from gencore.claims import Claim, load_claims
from gencore.records import Record, load_records

from . import deck

SCORES = {
    "fid": "FID\N{NO-BREAK SPACE}↓",
    "inception_score": "IS\N{NO-BREAK SPACE}↑",
    "kid": "KID\N{NO-BREAK SPACE}↓",
    "precision": "Precision\N{NO-BREAK SPACE}↑",
    "recall": "Recall\N{NO-BREAK SPACE}↑",
}
NAMES = {
    "bits_per_byte": "bits per byte",
    "diffusion": "diffusion in pixels",
    "fashion_mnist": "Fashion-MNIST",
    "gan": "GAN",
    "gpt": "GPT",
    "mnist": "MNIST",
    "perplexity": "perplexity per character",
    "python_topics": "Python's help pages",
    "small_diffusion": "diffusion in pixels, the small model that ships",
    "tiny_shakespeare": "Tiny Shakespeare",
    "unconditional_gan": "GAN without classes",
    "unet_ddpm": "U-Net DDPM in PyTorch",
    "vae": "VAE",
    "val_loss": "validation loss",
}
SPEED = deck.ROOT / "book" / "bench"
MEASURED = {"seconds": "Its time", "bytes": "Its memory"}
FLOORS = {"real": "*real images*", "random": "*random pixels*"}


def table(
    header: Sequence[str], rows: Iterable[Sequence[object]], *, widths: Sequence[int] = ()
) -> list[str]:
    """Return a table in MyST's Markdown; ``widths`` are its columns' widths in percent."""
    columns = " ".join(map(str, widths)) or "auto"
    lines = ["", ":::{list-table}", ":header-rows: 1", f":widths: {columns}", ":class: course-table", ""]
    for row in (header, *rows):
        first, *others = (" ".join(re.split(r"[ \n]+", str(cell).strip())) for cell in row)
        lines += [f"* - {first}", *(f"  - {cell}" for cell in others)]
    return [*lines, ":::", ""]


def slide_map() -> list[str]:
    """Return every slide of the deck under its chapter, with a link to the section that walks it."""
    slides = deck.slides()
    ready = sum(deck.notebook_of(slide.chapter) is not None for slide in slides)
    lines = [
        f"{ready} of the deck's {len(slides)} slides have their chapter; {len(slides) - ready} are still to come."
    ]
    for chapter, title in deck.chapter_titles().items():
        name, notebook = f"{chapter:02d} · {title}", deck.notebook_of(chapter)
        heading = f"[{name}](/notebooks/{notebook.name}) {{bdg-success}}`ready`" if notebook else ""
        lines += ["", f":::{{rubric}} {heading or name + ' {bdg-light}`still to come`'}", ":::"]
        rows = [
            (slide.number, deck.link(slide), slide.course) for slide in slides if slide.chapter == chapter
        ]
        lines += table(("Slide", "Title", "What the course does with it"), rows, widths=(8, 34, 58))
    return lines


def claims_ledger() -> list[str]:
    """Return every claim under its chapter: its verdict, what we found, and a link to the section that measured it."""
    claims = load_claims()
    count = Counter(claim.verdict for claim in claims)
    lines = [
        f"Of {len(claims)} claims, {len(claims) - count['pending']} are measured: {count['holds']} hold, "
        f"{count['conditional']} hold with a condition, {count['fails']} do not hold. "
        f"The other {count['pending']} wait for their chapter."
    ]
    for chapter, title in deck.chapter_titles().items():
        here = [claim for claim in claims if claim.chapter == f"{chapter:02d}"]
        measured = [claim for claim in here if claim.verdict != "pending"]
        pending = [claim for claim in here if claim.verdict == "pending"]
        if measured:
            rows = [
                (claim.slide, claim.claim, verdict(claim), f"{claim.finding} {deck.measured_in(claim.id)}")
                for claim in measured
            ]
            lines += ["", f":::{{rubric}} {chapter:02d} · {title}", ":::"]
            lines += table(
                ("Slide", "The deck says", "Verdict", "What we found"), rows, widths=(7, 35, 16, 42)
            )
        if pending:
            rows = [(claim.slide, claim.claim) for claim in pending]
            lines += ["", f"::::{{dropdown}} {chapter:02d} · {title}: {len(pending)} still to be measured"]
            lines += [*table(("Slide", "The deck says"), rows, widths=(10, 90)), "::::"]
    return lines


def verdict(claim: Claim) -> str:
    """Return the verdict as a sign and words, so that nothing hangs on a color."""
    sign = {"holds": "✓", "conditional": "◐", "fails": "✗"}[claim.verdict]
    return f"[{sign} {claim.verdict_words.rstrip('.')}]{{.verdict-word .{claim.verdict}}}"


def results() -> list[str]:
    """Return the scores of the recorded runs, the floors beneath them, and where each run comes from."""
    records = load_records()
    if not records:
        return ["No run is recorded yet."]
    scored = [record for record in records if SCORES.keys() & record.metrics.keys()]
    others = [record for record in records if record not in scored]
    origins = ("Run", "Training", "Examples", "Commit", "Machine", "Data, SHA-256")
    return [
        *(score_table(scored) if scored else []),
        *(["", ":::{rubric} Runs that are measured in other ways", ":::"] if others else []),
        *(
            table(("Model", "Data", "Profile", "Seed", "Measure", "Value"), other_rows(others))
            if others
            else []
        ),
        "::::{dropdown} Where each number comes from",
        *table(origins, map(origin_row, records)),
        "::::",
    ]


def score_table(records: Sequence[Record]) -> list[str]:
    """Return one row for the runs that differ by their seed alone, and below them the floors."""
    runs: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    for record in records:
        runs[record.family, record.dataset, record.profile].append(record)
    shown = {
        name: label for name, label in SCORES.items() if any(name in record.metrics for record in records)
    }
    rows = [score_row(group, list(shown)) for group in runs.values()] + floor_rows(records, list(shown))
    return table(("Model", "Data", "Training", *shown.values()), rows)


def other_rows(records: Sequence[Record]) -> list[list[str]]:
    """Return one row for each measure of each run."""
    return [
        [
            words(run.family),
            words(run.dataset),
            run.profile,
            str(run.seed),
            words(name),
            f"**{run.value(name):.4g}**",
        ]
        for run in records
        for name in run.metrics
    ]


def score_row(runs: Sequence[Record], scores: Sequence[str]) -> list[str]:
    """Return the mean over the seeds, and the range."""
    first = runs[0]
    seeds = f", {len(runs)} seeds" if len(runs) > 1 else ""
    cells = [words(first.family) + seeds, f"{words(first.dataset)}, {first.profile}"]
    cells.append(f"{mean(run.train_seconds for run in runs):.0f} s")
    for score in scores:
        values = [run.value(score) for run in runs if score in run.metrics]
        spread = f" [({min(values):.3g}–{max(values):.3g})]{{.range}}" if len(values) > 1 else ""
        cells.append(f"**{mean(values):.3g}**{spread}" if values else "")
    return cells


def floor_rows(records: Sequence[Record], scores: Sequence[str]) -> list[list[str]]:
    """Return the scores of real data and of random pixels, once for each data set and profile."""
    rows = {}
    for record in records:
        for floor, values in record.floors.items():
            cells = [f"{values[score]:.3g}" if score in values else "" for score in scores]
            place = (FLOORS.get(floor, floor), f"{words(record.dataset)}, {record.profile}")
            rows.setdefault(place, [*place, "", *cells])
    return list(rows.values())


def origin_row(record: Record) -> list[str]:
    """Return where one run comes from."""
    origin = {"commit": "unknown", "data_sha256": "unknown", "machine": {}} | record.provenance
    return [
        f"`{record.name}`",
        f"{record.train_seconds:.0f} s",
        f"{record.n_train:,}",
        f"`{origin['commit'][:8]}`{' and changes' if origin['commit'].endswith('+') else ''}",
        str(origin["machine"].get("processor", "unknown")),
        f"`{origin['data_sha256'][:8]}`",
    ]


def words(name: str) -> str:
    """Return a record's name for something as a reader says it."""
    return NAMES.get(name, name.replace("_", " "))


def speed(name: str) -> list[str]:
    """Return the rows of a stored run of ``make bench``: the machine, the promises it breaks, and every row."""
    run = json.loads((SPEED / f"{name}.json").read_text("utf-8"))
    origin = run["provenance"]
    versions = ", ".join(f"{name} {version}" for name, version in origin["versions"].items())
    lines = [
        f"Run on {run['date']} at commit `{origin['commit'][:8]}`, {run['threads']} threads, on "
        f"{origin['machine']['processor']}{busy(run)}. "
        f"Versions: {versions}.",
        "",
        promises(run["rows"]),
    ]
    for job, group in groupby(run["rows"], itemgetter("name")):
        rows = list(group)
        head = f"{job[:1].upper()}{job[1:]}: **{amount(rows[0], 'gencore_seconds')}** in gencore"
        lines += ["", f":::{{rubric}} {head} [({rows[0]['note']})]{{.range}}", ":::"]
        lines += table(
            ("Beside", MEASURED[rows[0].get("unit", "seconds")], "Ratio", "Promise"),
            map(speed_row, rows),
            widths=(46, 16, 22, 16),
        )
    return lines


def promises(rows: Sequence[dict[str, Any]]) -> str:
    """Return how many promises a run keeps, and which it breaks: the job, and the peers beside which it does."""
    promised = [row for row in rows if row["limit"] is not None]
    broken: dict[str, list[str]] = defaultdict(list)
    for row in promised:
        if not kept(row):
            broken[row["name"]].append(row["peer"].partition(":")[0])
    count = len(promised) - sum(map(len, broken.values()))
    named = [f"*{name}* ({'; '.join(peers)})" for name, peers in broken.items()]
    return f"**{count} of {len(promised)} promises are kept.**" + (
        f" Broken: {', '.join(named)}." if named else ""
    )


def busy(run: dict[str, Any]) -> str:
    """Return how busy the machine was before the run began."""
    return f", which was {run['busy_before']:.0%} busy before" if "busy_before" in run else ""


def kept(row: dict[str, Any]) -> bool:
    """Return whether a row breaks no promise."""
    return row["limit"] is None or row["ratio"] <= row["limit"]


def speed_row(row: dict[str, Any]) -> tuple[str, ...]:
    """Return one peer's time, the ratio with the range of the rounds, and what we promise."""
    low, high = row["range"]
    sign = "✓ kept" if kept(row) else "✗ broken"
    return (
        row["peer"],
        amount(row, "peer_seconds"),
        f"**{row['ratio']:.2f}** [({low:.2f}–{high:.2f})]{{.range}}",
        "" if row["limit"] is None else f"≤ {row['limit']:.2f} {sign}",
    )


def amount(row: dict[str, Any], side: str) -> str:
    """Return what one side took: a time, or memory."""
    if row.get("unit", "seconds") == "bytes":
        return f"{row[side] / 1e6:.3g} MB"
    return duration(row[side])


def duration(seconds: float) -> str:
    """Return a time with its unit, three digits."""
    return f"{seconds:.3g} s" if seconds >= 0.1 else f"{seconds * 1e3:.3g} ms"
