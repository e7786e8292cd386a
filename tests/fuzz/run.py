"""Reads and searches mutated certificates and reports what breaks: `make fuzz RUNS=1000000 SEED=1`.

Inputs are numbered: worker k of n makes the numbers k, k + n, k + 2n, … itself, so that nothing is shipped and every
failure can be made again from seed number and input number. Failing inputs are saved as DER, one for each kind of
failure; put one into `tests/fuzz/corpus/` when what it broke is repaired.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from mutator import Mutator  # noqa: E402 - needs the path
from seeds import all_seeds  # noqa: E402
from target import GIVEN_UP, Failure, failures_of  # noqa: E402

from ctscan.personal.rules import all_rules  # noqa: E402

STUCK = 3 * GIVEN_UP
"""Seconds at one input after which a worker that can't even be interrupted is killed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run. `first`: number of the first input; `seconds`: 0 for no limit."""

    runs: int
    seconds: float
    seed: int
    first: int = 0
    others: tuple[Path, ...] = ()
    save: Path = Path("fuzz-failures")


@dataclass(slots=True)
class Outcome:
    """What came of it: inputs run, and for each failure how often, with the number of the first input."""

    runs: int = 0
    times: Counter[Failure] = field(default_factory=Counter)
    first: dict[Failure, int] = field(default_factory=dict)

    def add(self, failure: Failure, index: int) -> None:
        """Count one failure."""
        self.times[failure] += 1
        self.first[failure] = min(index, self.first.get(failure, index))

    def merge(self, other: Outcome) -> None:
        """Add what another worker met."""
        self.runs += other.runs
        self.times += other.times
        for failure, index in other.first.items():
            self.first[failure] = min(index, self.first.get(failure, index))


def mutator(plan: Plan) -> Mutator:
    """The inputs of a plan; types of the rules are among what is put in."""
    types = sorted({dotted for rule in all_rules() for dotted in rule.covers})
    return Mutator(all_seeds(*plan.others), plan.seed, types)


def work(plan: Plan, worker: int, workers: int, at: Any = None) -> Outcome:
    """Run one worker's share. `at`: shared; the input number that is being run."""
    outcome = Outcome()
    inputs = mutator(plan)
    stop = time.monotonic() + plan.seconds if plan.seconds else float("inf")
    for index in range(plan.first + worker, plan.first + plan.runs, workers):
        if at is not None:
            at.value = index
        for failure in failures_of(inputs.input(index)):
            outcome.add(failure, index)
        outcome.runs += 1
        if time.monotonic() > stop:
            break
    return outcome


def _work_apart(plan: Plan, worker: int, workers: int, at: Any, queue: Any) -> None:
    queue.put(work(plan, worker, workers, at))


def run(plan: Plan, workers: int) -> Outcome:
    """Run a plan in so many processes."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    positions = [context.Value("q", -1) for _ in range(workers)]
    processes = [
        context.Process(target=_work_apart, args=(plan, k, workers, positions[k], queue)) for k in range(workers)
    ]
    for process in processes:
        process.start()
    total = Outcome()
    for outcome in _gather(processes, positions, queue):
        total.merge(outcome)
    return total


def _gather(processes: list[Any], positions: list[Any], queue: Any) -> list[Outcome]:
    """The outcome of every worker; one that died or is stuck is told by the input that it stopped at."""
    outcomes: list[Outcome] = []
    since = {k: (-1, time.monotonic()) for k in range(len(processes))}
    while since:
        while not queue.empty():
            outcomes.append(queue.get())
        for k in list(since):
            index, moment = since[k]
            if positions[k].value != index:
                since[k] = positions[k].value, time.monotonic()
            elif processes[k].is_alive() and time.monotonic() - moment > STUCK:
                processes[k].kill()
                outcomes.append(_lost(index, Failure("slow", "can't be interrupted")))
                del since[k]
            elif not processes[k].is_alive():
                if processes[k].exitcode:
                    outcomes.append(_lost(index, Failure("crash", f"the process ended with {processes[k].exitcode}")))
                del since[k]
        time.sleep(0.1)
    while not queue.empty():
        outcomes.append(queue.get())
    return outcomes


def _lost(index: int, failure: Failure) -> Outcome:
    outcome = Outcome()
    outcome.add(failure, index)
    return outcome


def report(plan: Plan, inputs: Mutator, outcome: Outcome, seconds: float) -> None:
    """Say what came of it, and save an input for each failure."""
    sys.stdout.write(f"{outcome.runs} inputs in {seconds:.0f} s: {outcome.runs / max(seconds, 0.01):.0f} a second\n")
    for failure, times in outcome.times.most_common():
        index = outcome.first[failure]
        plan.save.mkdir(parents=True, exist_ok=True)
        path = plan.save / f"{failure.kind}-{plan.seed}-{index}.der"
        path.write_bytes(inputs.input(index))
        sys.stdout.write(f"{failure.kind}: {failure.what}: {times} times, first at input {index}: {path}\n")
    if not outcome.times:
        sys.stdout.write("no failures\n")


def main() -> int:
    """Exit code 1 when anything failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("others", nargs="*", type=Path, help="more seeds: DER, PEM or .jsonl.gz files, or folders")
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=0, help="stop after so long (default: no limit)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--processes", type=int, default=min(os.cpu_count() or 1, 8))
    parser.add_argument("--save", type=Path, default=Path("fuzz-failures"))
    options = parser.parse_args()
    plan = Plan(options.runs, options.seconds, options.seed, options.first, tuple(options.others), options.save)
    inputs = mutator(plan)  # before the run, so that what is edited meanwhile changes nothing
    started = time.monotonic()
    outcome = run(plan, options.processes)
    report(plan, inputs, outcome, time.monotonic() - started)
    return 1 if outcome.times or not outcome.runs else 0


if __name__ == "__main__":
    sys.exit(main())
