"""Checks of the table `[report]`. Errors never repeat a value, which may be somebody's address. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ctscan.config.setting_checks import line_of_text, table_of, unexpected

if TYPE_CHECKING:
    from ctscan.config.setting_checks import Check
    from ctscan.model.exposure import Ignored

_MOST = 1_000
_KEYS: dict[str, Check] = {"reason": line_of_text, "value": line_of_text, "issuer": line_of_text, "rule": line_of_text}


def ignore_list(value: Any, where: str) -> tuple[Ignored, ...]:
    """Check the ignore list: tables with a reason, and at least one of value, issuer and rule."""
    if not isinstance(value, list) or len(value) > _MOST:
        raise unexpected(
            where, f"a list of at most {_MOST} tables with a reason and a value, an issuer or a rule", value
        )
    return tuple(_entry(item, f"{where}, entry {number}") for number, item in enumerate(value, 1))


def _entry(value: Any, where: str) -> Ignored:
    from ctscan.model.exposure import Ignored  # not at the top: few configurations have such a list

    found = table_of(value, where, _KEYS)
    if not found.get("reason") or not (found.keys() - {"reason"}):
        raise unexpected(where, "a reason, and a value, an issuer or a rule", value)
    kept = {name: text.lower() if name == "value" else text for name, text in found.items()}
    return Ignored(**kept)
