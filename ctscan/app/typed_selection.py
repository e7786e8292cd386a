"""Selections as a person types them: words and dates, checked before anything is answered."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from ctscan.errors import UsageError
from ctscan.model import Selection

EVERYTHING = Selection()


def make_selection(
    *,
    live: bool = False,
    category: str | None = None,
    since: str | None = None,
    persons: bool = False,
    limit: int | None = None,
    summary: bool = False,
) -> Selection | None:
    """Make the selection of the parts that are given; None without any.

    Args:
        category: key of a category, or the beginning of one up to a dot; `user.` in front may be left out.
        since: date, or time by RFC 3339, UTC unless it has an offset.
        live: see `Selection`, as for the others.

    Raises:
        UsageError: there is no such category, or the text is no date.
    """
    made = Selection(
        live=live,
        category=_category(category) if category is not None else "",
        since=_moment(since) if since is not None else None,
        persons=persons,
        limit=limit,
        summary=summary,
    )
    return None if made == EVERYTHING else made


def _category(text: str) -> str:
    from ctscan.config.setting_checks import nearest
    from ctscan.personal.categories import CATEGORIES

    keys = {
        ".".join(parts[:end]) for key in CATEGORIES for parts in [key.split(".")] for end in range(1, len(parts) + 1)
    }
    wanted = text.strip().lower().rstrip(".")
    for key in (wanted, f"user.{wanted}"):
        if key in keys:
            return key
    names = {key.rpartition(".")[2]: key for key in sorted(keys, reverse=True)}
    close = nearest(wanted, keys, cutoff=0.6) or nearest(wanted, names, cutoff=0.6)
    advice = f"did you mean {names.get(close, close)}?" if close else f"for example {', '.join(_EXAMPLES)}"
    raise UsageError(
        "--category: expected a category or the beginning of one, got something else of "
        f"{len(text)} characters; {advice}"
    )


_EXAMPLES = ("user.contact.email", "user.name", "user.government_id")


def _moment(text: str) -> datetime:
    try:
        if len(text) == len("2026-01-31"):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # OverflowError: in UTC it is before the year 1 or after 9999
        raise UsageError(
            "--since: expected a date such as 2026-01-31, or a time such as 2026-01-31T08:15:00Z, got something else "
            f"of {len(text)} characters"
        ) from None
