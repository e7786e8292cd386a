"""Parser of the weights of scores, `data/exposure/weights.toml`. Pure."""

from __future__ import annotations

import tomllib
from typing import Any

from ctscan.errors import InputError
from ctscan.model.exposure import ReasonWeight, ReportText, Weights


def parse_weights(text: str) -> Weights:
    """Parse weights.

    Raises:
        InputError: not TOML, an unknown code or key, or points outside 0 to 100.
    """
    try:
        found = tomllib.loads(text)
        return Weights(*(tuple(_reason(one) for one in found[name]) for name in ("reasons", "excess")))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"exposure/weights.toml: expected reasons and excess, each with a code: {error}") from error


def _reason(found: dict[str, Any]) -> ReasonWeight:
    unknown = set(found) - {"code", "points", "categories", "sensitivity", "uses"}
    if unknown:
        raise ValueError(f"unknown key {min(unknown)}")
    points = int(found["points"])
    if not 0 <= points <= 100:
        raise ValueError(f"points of {found['code']}: expected 0 to 100, got {points}")
    return ReasonWeight(
        code=ReportText(found["code"]),
        points=points,
        categories=tuple(found.get("categories", ())),
        sensitivity=found.get("sensitivity", ""),
        uses=tuple(found.get("uses", ())),
    )
