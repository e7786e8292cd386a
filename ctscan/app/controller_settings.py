"""Controller of the settings, for the commands that speak to people in its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctscan.errors import UsageError

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model.controller import Controller

NEEDED = ("name", "address", "contact", "authority")
"""Keys of `[controller]` without which no dossier and no letter is made."""


def controller_of(config: Config, command: str) -> Controller:
    """Return the controller of the settings.

    Args:
        config: settings.
        command: command that needs it, for the error.

    Raises:
        UsageError: one of the needed keys is missing; the message names all that are.
    """
    controller = config.controller
    missing = [key for key in NEEDED if controller is None or not getattr(controller, key)]
    if controller is None or missing:
        place = config.path or "ctscan.toml"
        lines = ", ".join(f'{key} = "…"' for key in missing)
        raise UsageError(
            f"{command}: expected the controller who answers to the person, found no {', no '.join(missing)}; write "
            f"into {place}, under [controller]: {lines}"
        )
    return controller
