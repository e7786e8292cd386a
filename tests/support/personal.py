"""Arguments for certificates of people: without the policies and pointers of server certificates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.certs import SERVER_AUTH, basic_constraints, extended_key_usage, key_usage, san_extension


def held_by_people(cases: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Remove server policies from the `make_certificate` arguments of each case that serves a purpose other than
    servers. Cases of servers, and cases that give all extensions or a whole DER, stay."""
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
