"""`make torture`: every torture there is, and its figures.

All of it takes some one and a half hours of processor time. `--only` takes some tortures, `--act` one act, `--part 2/5` each
fifth point and each fifth answer beginning with the second, so that five calls make one whole.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hsqbo_pipeline_tests.nights.torture.bisect import bisection
from hsqbo_pipeline_tests.nights.torture.kill import Act, busy_day, first_load, kill_everywhere, say, taken_back
from hsqbo_pipeline_tests.nights.torture.trouble import LOST, chaos, edit_meanwhile, lose_answers

ACTS = {"first load": first_load, "busy day": busy_day, "undo": taken_back}
TORTURES = ("kill", "lose", "chaos", "edits", "bisection")


def main() -> int:
    """Run what was asked for; 1 if anything came out wrong."""
    options = _options()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        for name in options.act if {*options.only} - {"bisection"} else ():
            # Of a first load and its undoing the requests alone are new, not how many of each kind.
            act = ACTS[name](Path(folder), options.size if name == "busy day" else 4)
            kinds = f"{sum(act.writes.values())} writing requests of {act.kinds} kinds, {act.records} records written"
            say(
                f"{act.name}: {len(act.points)} points to die at, {len(act.deaths)} of them leave different things; {kinds}"
            )
            wrong += _kill(act, options, Path(folder)) if "kill" in options.only else []
            if act.name == "undo":
                continue  # it writes by the same means as a night
            wrong += _lose(act, options, Path(folder)) if "lose" in options.only else []
            wrong += _chaos(act, options, Path(folder)) if "chaos" in options.only else []
            wrong += _edits(act, Path(folder)) if "edits" in options.only and name == "busy day" else []
        wrong += _bisection(Path(folder)) if "bisection" in options.only else []
    for each in wrong:
        say(f"WRONG: {each}")
    say("Nothing was written twice, nothing was lost." if not wrong else f"{len(wrong)} things came out wrong.")
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="torture", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=TORTURES, default=TORTURES, help="some tortures")
    parser.add_argument("--act", nargs="+", choices=ACTS, default=tuple(ACTS), help="one of the acts")
    parser.add_argument("--size", type=int, default=28, help="records of each kind on each side of the busy day")
    parser.add_argument("--every", action="store_true", help="also points at which a death would leave the same behind")
    parser.add_argument("--part", type=_part, default=(1, 1), metavar="M/N", help="each N-th point from the M-th on")
    parser.add_argument("--seeds", type=int, default=3, help="how many runs of chaos per act")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at the same time")
    return parser.parse_args()


def _part(text: str) -> tuple[int, int]:
    first, _slash, every = text.partition("/")
    return int(first), int(every)


def _kill(act: Act, options: argparse.Namespace, folder: Path) -> list[str]:
    started = time.monotonic()
    first, every = options.part
    points = _spread((act.points if options.every else act.deaths)[first - 1 :: every])

    def share(job: int) -> list[Any]:
        found = kill_everywhere(act, points[job :: options.jobs], folder / f"job-{job}")
        return [found.killed, found.wrong]

    parts = _side_by_side(share, options.jobs, folder)
    killed, wrong = sum(part[0] for part in parts), [each for part in parts for each in part[1]]
    stands = (
        ""
        if options.every or every > 1
        else f"; they stand for {len(act.points)}, whose others would leave the same behind"
    )
    say(f"  killed with SIGKILL at {killed} points{stands}. Each was followed by one clean night: {len(wrong)} ended otherwise "
         f"than an undisturbed night ({time.monotonic() - started:.0f} s)")  # fmt: skip
    return wrong


def _spread(points: list[str]) -> list[str]:
    """Early ones and late ones by turns, so that a fault anywhere shows soon."""
    return [point for start in range(16) for point in points[start::16]]


def _lose(act: Act, options: argparse.Namespace, folder: Path) -> list[str]:
    wrong: list[str] = []

    def share(job: int) -> list[Any]:
        first, every = options.part
        mine = (first + job * every, every * options.jobs)
        results = {kind: lose_answers(act, kind, mine, folder / f"job-{job}") for kind in LOST}
        return [[kind, found.performances, found.most_nights, found.wrong] for kind, found in results.items()]

    for same_kind in zip(*_side_by_side(share, options.jobs, folder), strict=True):
        troubles = [each for found in same_kind for each in found[3]]
        count, nights = sum(found[1] for found in same_kind), max(found[2] for found in same_kind)
        say(
            f"  {same_kind[0][0]}: {count} writes in turn, in step again after at most {nights} clean night(s), {len(troubles)} wrong"
        )
        wrong += troubles
    return wrong


def _chaos(act: Act, options: argparse.Namespace, folder: Path) -> list[str]:
    def share(job: int) -> list[Any]:
        results = [
            (seed, chaos(act, seed, 0.1, folder / f"job-{job}"))
            for seed in range(1 + job, options.seeds + 1, options.jobs)
        ]
        return [[seed, found.most_nights, found.extra_requests, found.wrong] for seed, found in results]

    wrong: list[str] = []
    for part in _side_by_side(share, options.jobs, folder):
        for seed, nights, extra, troubles in part:
            say(
                f"  chaos, a tenth of all requests in trouble, seed {seed}: {nights} nights, {extra} extra requests, {len(troubles)} wrong"
            )
            wrong += troubles
    return wrong


def _edits(act: Act, folder: Path) -> list[str]:
    found = edit_meanwhile(act, folder)
    made = ", ".join(f"{count} in {system}" for system, count in found.made.items())
    say(
        f"  people editing meanwhile: {made}; {found.reported} overwritten in HubSpot and reported, {len(found.lost)} lost unreported"
    )
    return found.lost


def _bisection(folder: Path) -> list[str]:
    wrong = []
    for bad in (1, 2, 5, 10):
        extra = bisection(folder / f"bisect-{bad}", bad)
        bound = 2 * bad * math.ceil(math.log2(100 / bad)) + 2 * bad
        say(f"bisection: {bad} bad rows in 100 cost {extra} extra requests (bound {bound})")
        if extra > bound:
            wrong.append(f"bisection of {bad} bad rows took {extra} requests, bound {bound}")
    return wrong


def _side_by_side(work: Callable[[int], Any], jobs: int, folder: Path) -> list[Any]:
    """The results of `work(0)` … `work(jobs - 1)`, each in a process of its own. Raises RuntimeError if one dies."""
    children = []
    for job in range(jobs):
        (folder / f"job-{job}").mkdir(exist_ok=True)
        out = folder / f"job-{job}.json"
        child = os.fork()
        if child == 0:
            code = 1
            try:
                out.write_text(json.dumps(work(job)))
                code = 0
            finally:
                os._exit(code)
        children.append((child, out))
    found = []
    for child, out in children:
        _pid, status = os.waitpid(child, 0)
        if status != 0:
            raise RuntimeError(f"a job of the torture ended with status {status}")
        found.append(json.loads(out.read_text()))
    return found


if __name__ == "__main__":
    sys.exit(main())
