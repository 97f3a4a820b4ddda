"""What curation by the proposed recipe does to planted defects, and what it costs.

  python benchmarks/planted_curation.py images PROTOCOL.py FOLDER_OF_PHOTOS [SEED ...]
  python benchmarks/planted_curation.py texts PROTOCOL.py FOLDER_OF_TEXTS [SEED ...]

PROTOCOL.py builds corpora with known defects (`build`). Each is profiled, gated, curated by the
recipe that its profile proposes, profiled and gated again. Printed per kind of defect: how many
were removed, repaired (changed, and the profile of the result finds the issue no more), and left;
how many clean samples were lost; how often the best member of a group of copies stayed (the
original, or a copy with the same content); and what the gate says before and after.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import datakit as dk

NAMES = {
    "dark": ("too_dark",),
    "light": ("too_bright",),
    "noise": ("noisy",),
    "compression": ("over_compressed",),
    "corrupt": ("unreadable", "truncated", "empty_file"),
}
SAME_CONTENT = ("bytes", "pixels,new bytes", "pixels,png", "same bytes")


def main():
    if len(sys.argv) < 4 or sys.argv[1] not in ("images", "texts"):
        raise SystemExit(__doc__)
    kind, protocol, data, *seeds = sys.argv[1:]
    total = Tally()
    for seed in seeds or ["0", "1", "2"]:
        with tempfile.TemporaryDirectory() as folder:
            for corpus, truth, against, suite in corpora(kind, protocol, data, seed, Path(folder)):
                one = judged(corpus, truth, against, suite)
                print(f"\nseed {seed}, {corpus.name}\n{one}", flush=True)
                total.add(one)
    print(f"\nall seeds\n{total}")


def corpora(kind, protocol, data, seed, folder):
    """Built corpora: folder, file -> truth, evaluation set, suite."""
    if kind == "images":
        run(protocol, "build", "--src", data, "--out", str(folder), "--seed", seed)
        lines = (folder / "truth.jsonl").read_text().splitlines()
        truth = {row["file"]: row for row in map(json.loads, lines)}
        for row in truth.values():
            if row["kind"] == "natural_gray":
                row["issue"] = "natural_gray"
            row["issue"] = row["issue"] or "clean"
            row["level"] = row["level"] or ""
        yield folder / "img", truth, None, "images"
        return
    run(protocol, "build", "--data", data, "--out", str(folder), "--seed", seed)
    rows = [json.loads(line) for line in (folder / "truth.jsonl").read_text("utf-8").splitlines()]
    for language, suite in (("en", "text-lm"), ("zh", "text-zh")):
        mine = [row for row in rows if row["lang"] == language]
        for row in mine:
            row["level"] = row["kind"]
            row["kind"] = "dup" if row["issue"].endswith("_duplicate") else row["issue"]
        truth = {row["file"].split("/")[1]: row for row in mine}
        yield folder / language, truth, folder / "against.jsonl", suite


def run(protocol, *words):
    subprocess.run([sys.executable, protocol, *words], check=True, stdout=subprocess.DEVNULL)


def judged(corpus, truth, against, suite):
    """Curate one corpus and compare with the truth."""
    before = dk.profile(corpus, f"{corpus}.profile", against=against)
    plan = dk.plan(before)
    curated = dk.curate(plan, f"{corpus}.curated", measure=False)
    after = dk.profile(curated, f"{corpus}.after.profile", against=against)
    gates = [dk.gate(profile, suite) for profile in (before, after)]
    parent = {row.sample_id: row.parents[0] for row in curated.lineage.itertuples()}
    changed = {row.parents[0] for row in curated.lineage.itertuples() if len(row.edits)}
    left = defaultdict(set)
    for row in after.issues.itertuples():
        left[parent[row.sample_id]].add(row.issue)
    kept = set(parent.values())
    tally = Tally()
    tally.gates = [tuple(gate.exit_code for gate in gates)]
    tally.failing = [rule.id for rule in gates[1].failures]
    families = defaultdict(list)
    for file, row in truth.items():
        if row["kind"] == "dup" or row.get("family") is not None:
            families[row["family"]].append((file, row))
    copied = {family for family, members in families.items() if len(members) > 1}
    for file, row in truth.items():
        in_family = row.get("family") in copied
        if row["issue"] in ("clean", "natural_gray") and not in_family:
            tally.clean[row["issue"], file in kept] += 1
        elif row["issue"] not in ("clean", "natural_gray") and row["kind"] != "dup":
            issues = set(NAMES.get(row["issue"], (row["issue"],)))
            repaired = file in changed and not issues & left[file]
            fate = "removed" if file not in kept else "repaired" if repaired else "left"
            tally.fates[row["issue"], row["level"], fate] += 1
    for family in copied:
        members = families[family]
        alive = [(file, row) for file, row in members if file in kept]
        level = next(row["level"] for _, row in members if row["kind"] == "dup")
        if len(alive) != 1:
            tally.copies[level, "lost" if not alive else "several"] += 1
            continue
        row = alive[0][1]
        best = row["kind"] != "dup" or row["level"] in SAME_CONTENT
        tally.copies[level, "best" if best else "worse"] += 1
    return tally


class Tally:
    """Counts of one corpus, or of several."""

    def __init__(self):
        self.fates, self.copies, self.clean = Counter(), Counter(), Counter()
        self.gates, self.failing = [], []

    def add(self, other):
        for mine, theirs in zip(self._counters(), other._counters(), strict=True):
            mine.update(theirs)
        self.gates += other.gates
        self.failing += other.failing

    def _counters(self):
        return self.fates, self.copies, self.clean

    def __str__(self):
        lines = []
        for issue, level in sorted({key[:2] for key in self.fates}):
            n = [self.fates[issue, level, fate] for fate in ("removed", "repaired", "left")]
            share = 1 - n[2] / sum(n)
            told = f"{n[0]:4} removed {n[1]:4} repaired {n[2]:4} left"
            lines.append(f"{issue:20} {level:40} {told}   {share:.2f}")
        done = sum(n for key, n in self.fates.items() if key[2] != "left")
        lines.append(f"planted: {done / max(sum(self.fates.values()), 1):.3f} removed or repaired")
        for level in sorted({key[0] for key in self.copies}):
            n = [self.copies[level, fate] for fate in ("best", "worse", "several", "lost")]
            lines.append(
                f"copies               {level:40} {n[0]:4} best {n[1]:4} worse {n[2]:4} several "
                f"{n[3]:4} lost   {n[0] / sum(n):.2f}"
            )
        best = sum(n for key, n in self.copies.items() if key[1] == "best")
        one = sum(n for key, n in self.copies.items() if key[1] in ("best", "worse"))
        groups = max(sum(self.copies.values()), 1)
        lines.append(
            f"groups of copies: {one / groups:.3f} reduced to one; the best of it in "
            f"{best / max(one, 1):.3f}"
        )
        for kind in ("clean", "natural_gray"):
            lost, n = self.clean[kind, False], self.clean[kind, False] + self.clean[kind, True]
            lines.append(f"{kind} samples lost: {lost} of {n} ({lost / max(n, 1):.3f})")
        families = sum(self.copies.values())
        gone = self.clean["clean", False] + sum(
            n for key, n in self.copies.items() if key[1] == "lost"
        )
        every = self.clean["clean", False] + self.clean["clean", True] + families
        lines.append(f"clean contents lost, with those that were copied: {gone} of {every}")
        lines.append(f"gate, exit codes before and after: {self.gates}, failing: {self.failing}")
        return "\n".join(lines)


if __name__ == "__main__":
    main()
