"""``datakit demo``: the whole way, on a small dirty corpus whose defects are known."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from datakit.cli.demo_corpus import Demo
    from datakit.curation.curated import Curated
    from datakit.gates.decision import Decision
    from datakit.profiles.profile import Profile
    from datakit.reports.bench_data_saved import SavedBench

__all__ = ["Pace", "go", "register", "run"]

_DESCRIPTION = """\
The whole way on images that ship inside scikit-learn: spoil a corpus of handwritten digits in known
ways, profile it, gate it (it fails), curate it by the recipe that the profile proposes, gate the
result, and train small models on both to see whether that helped. Takes two to three minutes on two
cores, and needs no network. Open index.html at the end.
"""


@dataclass(frozen=True)
class Pace:
    """How much work the demo is; less of it for tests.

    Parameters
    ----------
    encoder
        Of the profiles.
    preset, n_seeds
        Of the benchmark; None for the preset's seeds.
    """

    encoder: str = "default"
    preset: str = "quick"
    n_seeds: int | None = None


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "demo",
        help="the whole way on a small dirty corpus of packaged images",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-o", "--out", default="demo", metavar="DIR", help="where to write (demo)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the plants (0)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run, interrupted="the same command begins anew")


def run(options: argparse.Namespace) -> int:
    """Go the whole way, and print."""
    from rich.console import Console

    console = Console(highlight=False, quiet=options.json)
    found = go(Path(options.out), options.seed, Pace(), console)
    if options.json:
        json.dump(found, sys.stdout, allow_nan=False)
        sys.stdout.write("\n")
    return 0


def go(folder: Path, seed: int, pace: Pace, console: Console) -> dict[str, Any]:
    """Build, profile, gate, curate, gate, benchmark, and write ``index.html``.

    Parameters
    ----------
    folder
        Where to; an earlier demo there is replaced.
    seed
        Of the plants.
    pace
        How much work it is.
    console
        Where every step is told as it is done.

    Returns
    -------
    dict
        The JSON object of the command: that of `profile`, with ``planted``, ``foreign``, ``gate``,
        ``curate``, ``bench`` and ``index``.

    Raises
    ------
    InputError
        `folder` is something else than a demo.
    """
    from datakit.cli.curate import summary as curate_summary
    from datakit.cli.demo_corpus import DIRTY, build_demo
    from datakit.cli.demo_index import write_index
    from datakit.cli.profile import summary as profile_summary
    from datakit.gates.formats.json import as_object
    from datakit.reports.bench_data_saved import summary as bench_summary

    began = time.monotonic()
    demo = build_demo(folder, seed)
    _tell_corpus(folder, demo, console)
    profile = _profiled(folder, pace, console)
    rows = _planted(demo, profile)
    foreign = _foreign(demo, profile)
    _tell_planted(rows, foreign, console)
    before = _gated(profile, 3, console)
    curated = _curated(folder, profile, console)
    after = _gated(curated.profile_path, 5, console)
    saved = _benched(folder, pace, console)
    counts = {issue: {"planted": n, "found": hit, "others": other} for issue, n, hit, other in rows}
    found = profile_summary(profile, 0.0) | {
        "planted": counts,
        "foreign": foreign,
        "gate": {DIRTY: as_object(before), "curated": as_object(after)},
        "curate": curate_summary(curated.plan, curated, curated.path / "plan.parquet", 0.0),
        "bench": bench_summary(saved),
        "index": str(folder / "index.html"),
    }
    for part in ("curate", "bench"):
        found[part].pop("seconds", None)
    write_index(folder, found, curated.plan, (before, after), saved)
    found["seconds"] = round(time.monotonic() - began, 3)
    _tell_end(folder, found["seconds"], console)
    return found


def _step(number: int, title: str, command: str, console: Console) -> None:
    """The heading of a step, with the command that does the same."""
    from rich.text import Text

    console.print()
    console.rule(Text(f"{number}  {title}", "bold"), align="left", style="dim")
    if command:
        console.print(Text(f"$ {command}", "cyan"))


def _tell_corpus(folder: Path, demo: Demo, console: Console) -> None:
    from datakit.cli.demo_corpus import DIRTY, HELD, N_DIGITS, N_HELD

    n_plants = len(set().union(*demo.planted.values())) + len(demo.foreign)
    _step(1, "spoil a corpus", "", console)
    console.print(
        f"{N_DIGITS:,} handwritten digits that ship inside scikit-learn. {N_HELD:,} stay clean and "
        f"are held out ({folder / HELD}); into the others ({folder / DIRTY}) go copies, blanks, "
        f"blur, noise, broken files, and photographs that are no digits: {n_plants:,} files with "
        "something planted, so that what is found can be counted."
    )


def _profiled(folder: Path, pace: Pace, console: Console) -> Profile:
    from datakit import verbs
    from datakit.cli.demo_corpus import DIRTY
    from datakit.reports.progress import Progress
    from datakit.reports.terminal import print_profile

    source, out = folder / DIRTY, folder / f"{DIRTY}.profile"
    _step(2, "what is in it?", f"datakit profile {source} -o {out}", console)
    began = time.monotonic()
    corpus = verbs.open(str(source))
    with Progress("profiling", len(corpus)) as progress:
        profile = verbs.profile(corpus, out, encoder=pace.encoder, progress=progress.advance)
    print_profile(profile, time.monotonic() - began, console)
    return profile


def _planted(demo: Demo, profile: Profile) -> list[tuple[str, int, int, int]]:
    """Issue, files planted with it, how many were found, and how many sound files with them."""
    issues = profile.issues
    spoilt = set().union(*demo.planted.values()) | demo.foreign
    rows = []
    for issue, files in sorted(demo.planted.items()):
        found = set(issues.loc[issues["issue"] == issue, "path"])
        rows.append((issue, len(files), len(files & found), len(found - spoilt)))
    return rows


def _foreign(demo: Demo, profile: Profile) -> dict[str, int]:
    """Pictures that are no digits, and how many of them have an issue that a recipe acts on."""
    from datakit.curating import recipe_of

    recipe = recipe_of(profile, None)
    acted = {issue for step in recipe.select for issue in getattr(step, "issues", ())}
    issues = profile.issues
    found = set(issues.loc[issues["issue"].isin(acted), "path"])
    return {"planted": len(demo.foreign), "found": len(demo.foreign & found)}


def _tell_planted(
    rows: list[tuple[str, int, int, int]], foreign: dict[str, int], console: Console
) -> None:
    from datakit.cli.demo_corpus import OTHERS
    from datakit.reports.terminal import print_planted

    print_planted([*rows, ("(photographs)", foreign["planted"], foreign["found"], 0)], console)
    console.print(OTHERS, style="dim")


def _gated(source: Profile | Path, number: int, console: Console) -> Decision:
    from datakit.gating import gate

    place = getattr(source, "path", source)
    title = "good enough to train on?" if number == 3 else "and now?"
    _step(number, title, f"datakit gate {place}", console)
    decision = gate(source)
    _tell_gate(decision, console)
    return decision


def _tell_gate(decision: Decision, console: Console) -> None:
    """What did not pass, one line a rule, and the decision."""
    from rich.text import Text

    from datakit.gates.formats.phrases import label, measured, summary, worst_first

    wrong = [verdict for verdict in worst_first(decision) if verdict.outcome != "passed"]
    width = max((len(verdict.rule) for verdict in wrong), default=0)
    for verdict in wrong:
        style = "bold red" if label(verdict) in ("FAILED", "ERROR") else "yellow"
        name = (f"{label(verdict):9} ", style)
        line = Text.assemble(name, f"{verdict.rule:{width}}  ", measured(verdict))
        console.print(line, soft_wrap=True)
    style = "bold green" if decision.passed else "bold red"
    told = f"   {summary(decision)}; exit code {decision.exit_code}"
    console.print(Text.assemble((decision.decision, style), (told, "dim")))


def _curated(folder: Path, profile: Profile, console: Console) -> Curated:
    from datakit.curating import curate, plan, scores_of
    from datakit.reports.progress import Progress
    from datakit.reports.terminal_curation import print_curation

    out = folder / "curated"
    _step(4, "make it better", f"datakit curate {profile.path} -o {out}", console)
    began = time.monotonic()
    chosen = plan(profile)
    with Progress("curating", int((chosen.table["edit"] != "drop").sum())) as progress:
        curated = curate(chosen, out, progress=progress.advance)
    seconds = time.monotonic() - began
    scores = scores_of(curated.plan, curated)
    print_curation(curated.plan, curated, out / "plan.parquet", seconds, scores, console)
    return curated


def _benched(folder: Path, pace: Pace, console: Console) -> SavedBench:
    from datakit.benching import bench
    from datakit.cli.demo_corpus import DIRTY, HELD
    from datakit.reports.bench_data_saved import read_bench
    from datakit.reports.bench_progress import BenchProgress
    from datakit.reports.terminal_bench import print_bench

    raw, curated, held = (str(folder / name) for name in (DIRTY, "curated", HELD))
    out = folder / "bench"
    command = f"datakit bench {raw} {curated} --holdout {held} -o {out}"
    _step(6, "did that help a model?", command, console)
    began = time.monotonic()
    with BenchProgress(out) as progress:
        effect = bench(
            raw,
            curated,
            out,
            holdout=held,
            preset=pace.preset,
            seeds=pace.n_seeds,
            progress=progress.advance,
        )
    saved = read_bench(Path(effect.folder))
    print_bench(saved, saved.folder / "report.html", time.monotonic() - began, console)
    return saved


def _tell_end(folder: Path, seconds: float, console: Console) -> None:
    from rich.text import Text

    console.print()
    console.rule(style="dim")
    console.print(Text(f"open    {folder / 'index.html'}", "bold"), soft_wrap=True)
    console.print(f"everything is in {folder}   {seconds:.0f} s", style="dim")
