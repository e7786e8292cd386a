"""The JSON shape of a disclosure: fields may be added, never changed."""

from __future__ import annotations

from ctscan.model import Disclosure
from ctscan.views.json import Shape, time_text


def disclosure(made: Disclosure) -> Shape:
    """`ctscan disclosures`: somebody outside was told whom or what is looked at; the identifier isn't recorded."""
    return {
        "id": made.id,
        "at": time_text(made.at),
        "who": made.who,
        "kind": made.kind,
        "recipient": made.recipient,
        "purpose": made.purpose,
        "command": made.command,
    }
