"""Fuzzer that reads and searches mutated certificates and reports failures: `make fuzz RUNS=1000000 SEED=1`.

Inputs are numbered: worker k of n makes the inputs k, k + n, k + 2n, … itself, so that no input is sent to a process
and seed number and input number reproduce each failure. The fuzzer saves an input of each kind of failure as DER; put
it into `tests/fuzz/corpus/` after the repair.
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
"""Seconds at a single input before a worker that can't be interrupted is killed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Plan of a run. `first`: number of the first input; `seconds`: 0 for no limit; `others`: paths of more seeds."""

    runs: int
    seconds: float
    seed: int
    first: int = 0
    others: tuple[Path, ...] = ()
    save: Path = Path("fuzz-failures")


@dataclass(slots=True)
class Outcome:
    """Result of a run: number of inputs, and for each failure its count and the number of its first input."""

    runs: int = 0
    times: Counter[Failure] = field(default_factory=Counter)
    first: dict[Failure, int] = field(default_factory=dict)

    def add(self, failure: Failure, index: int) -> None:
        """Count a failure."""
        self.times[failure] += 1
        self.first[failure] = min(index, self.first.get(failure, index))

    def merge(self, other: Outcome) -> None:
        """Add the result of another worker."""
        self.runs += other.runs
        self.times += other.times
        for failure, index in other.first.items():
            self.first[failure] = min(index, self.first.get(failure, index))


def mutator(plan: Plan) -> Mutator:
    """Make the mutator of a plan; its types are the types that rules cover."""
    types = sorted({dotted for rule in all_rules() for dotted in rule.covers})
    return Mutator(all_seeds(*plan.others), plan.seed, types)


def work(plan: Plan, worker: int, workers: int, at: Any = None) -> Outcome:
    """Run a worker's share. `at`: shared value for the number of the current input."""
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
    """Run a plan in `workers` processes."""
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
    """Collect the outcome of every worker; a dead or stuck worker counts as a failure of its last input."""
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
    """Print the outcome, and save an input for each failure."""
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
    """Run the plan of the command line; return 1 after a failure or a run without inputs."""
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
    inputs = mutator(plan)  # before the run: edits of files during the run have no effect
    started = time.monotonic()
    outcome = run(plan, options.processes)
    report(plan, inputs, outcome, time.monotonic() - started)
    return 1 if outcome.times or not outcome.runs else 0


if __name__ == "__main__":
    sys.exit(main())
