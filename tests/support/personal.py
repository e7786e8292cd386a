"""What certificates of people look like: without the policies and pointers of server certificates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.certs import SERVER_AUTH, basic_constraints, extended_key_usage, key_usage, san_extension


def held_by_people(cases: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Arguments of `make_certificate` for each case: those with a purpose that isn't that of servers get no policy for
    servers; the others, and those that give all extensions, stay."""
    return {
        case: arguments if _is_of_server(arguments) else _of_people(**arguments) for case, arguments in cases.items()
    }


def _is_of_server(arguments: Mapping[str, Any]) -> bool:
    return "extensions" in arguments or "der" in arguments or SERVER_AUTH in arguments.get("eku", (SERVER_AUTH,))


def _of_people(
    *, eku: tuple[str, ...], san: Any = (), extra: Any = (), ca: bool = False, **arguments: Any
) -> dict[str, Any]:
    extensions = [key_usage(), *([extended_key_usage(eku)] if eku else []), basic_constraints(ca)]
    extensions += [san_extension(san)] if san else []
    return {**arguments, "extensions": [*extensions, *extra]}
