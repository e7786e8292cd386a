"""`ctscan case decide`: a decision with its ground and its reasons."""

from __future__ import annotations

from typing import Any

import click

import ctscan.app as app
from ctscan.cli import case_options
from ctscan.cli.case_options import change, text_of
from ctscan.cli.program import command, complain
from ctscan.model.case import CaseKind, DecisionKind

_DECISIONS = [str(decision).replace(" ", "-") for decision in DecisionKind]
_GRANTED = (str(DecisionKind.GRANTED), str(DecisionKind.PARTIAL))


@command(
    "decide",
    exits={
        0: "it is in the history of the case",
        1: "the index can't be written, or the case was changed meanwhile",
        2: "the decision or its ground doesn't fit the request or its law",
    },
    example="ctscan case decide --case C-2026-0017 --decision granted --reasoning 'all that was found is hers'\n"
    "ctscan case decide --case C-2026-0018 --decision refused --ground no-match --reasoning 'nothing identifies him'",
)
@case_options.number
@click.option("--decision", type=click.Choice(_DECISIONS), required=True, help="Give the decision.")
@click.option(
    "--ground", metavar="WORD", default="", help="Give the ground of a refusal, as the law knows it: no-match, …"
)
@click.option("--reasoning", metavar="TEXT", required=True, help="Give the reasons, in your words; -: stdin.")
@click.option(
    "--certificate",
    "certificates",
    metavar="IDENTITY",
    multiple=True,
    help="Decide about this certificate only, by its identity in hex; repeatable.",
)
@click.option("--statement", metavar="TEXT", default="", help="Give the statement that later answers carry.")
@click.option(
    "--told", metavar="DATE", help="End the restriction of a rejected objection: the day on which the person was told."
)
@case_options.at("it was decided")
@case_options.on_register
def decide(
    number: str,
    decision: str,
    ground: str,
    reasoning: str,
    certificates: tuple[str, ...],
    statement: str,
    told: str | None,
    at: str | None,
    verbose: int,
    **given: Any,
) -> None:
    """Record a decision, on the request as a whole or on some certificates.

    A refusal, whole or in part, needs a ground that the law of the case knows. A rectification can have a statement,
    which later answers carry. The answer itself is sent by you: 'ctscan case close' records that.
    """
    reasons = text_of("--reasoning", reasoning)
    decided = change(
        given,
        lambda config, who: app.decide_case(
            config, number, decision=decision, ground=ground, reasoning=reasons, certificates=certificates,
            statement=statement, told=told, at=at, who=who,
        ),
    )  # fmt: skip
    if decided.kind is CaseKind.RESTRICTION and decision in _GRANTED:
        complain(
            "case decide: this hides nothing yet: "
            f"'ctscan forget --case {decided.number} --ground … --restrict --yes' does"
        )
