"""Report on templates as tables and lines for a terminal. Pure; no value of a certificate is in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from ctscan.model import Message
from ctscan.model.template import Need, TemplateField, TemplateGroup, TemplateReport, TemplateText
from ctscan.views.answers import category
from ctscan.views.exposure.report_words import PageText
from ctscan.views.text import Texts

_ISSUERS_SHOWN = 3

_NEEDS = {
    Need.NEEDED: TemplateText.NEEDED,
    Need.EXCESS: TemplateText.EXCESS,
    Need.UNKNOWN: TemplateText.UNKNOWN,
}

_USES = {
    "tls": PageText.TLS, "smime": PageText.SMIME, "client": PageText.CLIENT, "code": PageText.CODE,
    "document": PageText.DOCUMENT, "ca": PageText.CA, "qualified": PageText.QUALIFIED, "other": PageText.OTHER,
}  # fmt: skip

_SENSITIVITIES = {
    "national identifier": PageText.NATIONAL_IDENTIFIER,
    "special category": PageText.SPECIAL_CATEGORY,
}


def summary_headers(texts: Texts) -> tuple[str, ...]:
    """Write the headers of the table of templates."""
    codes = (
        TemplateText.TEMPLATE, TemplateText.CERTIFICATES, TemplateText.PEOPLE, TemplateText.PERSONS,
        TemplateText.ADDRESSES,
    )  # fmt: skip
    return tuple(texts(Message(code)) for code in codes)


def summary_rows(found: TemplateReport, texts: Texts) -> list[tuple[str, ...]]:
    """Write a row for each template that puts data of people into certificates, numbered as the parts that follow:
    shapes of one issuer have one title."""
    shown = (one for one in found.groups if one.with_people)
    return [
        (
            numbered(number, one, texts),
            *(f"{n:,}" for n in (one.certificates, one.with_people, one.persons, one.addresses)),
        )
        for number, one in enumerate(shown, 1)
    ]


def numbered(number: int, group: TemplateGroup, texts: Texts) -> str:
    """Name a group behind its number in the table of templates; 0: there is no table."""
    return f"{number}. {title(group, texts)}" if number else title(group, texts)


def title(group: TemplateGroup, texts: Texts) -> str:
    """Name a group: by its template, else by issuer and purpose."""
    shape = group.shape
    if group.is_rest:
        return texts(TemplateText.REST())
    if shape.template_name:
        return texts(TemplateText.NAMED(name=shape.template_name))
    if shape.built_in:
        return texts(TemplateText.BUILT_IN(oid=shape.template_oid, name=shape.built_in))
    if shape.template_oid:
        return texts(TemplateText.NUMBERED(oid=shape.template_oid))
    issuer = shape.issuer or texts(TemplateText.SELF_ISSUED())
    return texts(TemplateText.SHAPE(issuer=issuer, uses=", ".join(_use(one, texts) for one in shape.uses)))


def _use(use: str, texts: Texts) -> str:
    return texts(Message(_USES[use])) if use in _USES else use.upper()


def group_lines(group: TemplateGroup, texts: Texts) -> Iterator[str]:
    """Describe a group: its shape with placeholders for the data of people, issuers, counts."""
    counts = TemplateText.COUNTS(
        certificates=group.certificates, people=group.with_people, persons=group.persons, addresses=group.addresses
    )
    yield texts(counts)
    if group.shape.is_of_template or group.is_rest:
        named = [name or texts(TemplateText.SELF_ISSUED()) for name in islice(group.issuers, _ISSUERS_SHOWN)]
        rest = group.others + sum(islice(group.issuers.values(), _ISSUERS_SHOWN, None))
        named += [texts(TemplateText.ISSUERS(count=rest))] if rest else []
        yield texts.labelled(texts(TemplateText.ISSUED_BY()), texts.listed(named))
    if not group.is_rest:
        yield texts.labelled(texts(TemplateText.EXAMPLE()), _example(group, texts))


def _example(group: TemplateGroup, texts: Texts) -> str:
    """Write the shape as a certificate without values: `subject commonName=<name>, organizationName; san …`."""
    data: dict[str, list[str]] = {}
    for one in group.fields:
        data.setdefault(one.field, []).append(category(one.category, texts))

    def part(name: str, types: Sequence[str]) -> str:
        shown = [f"{kind}=<{', '.join(data[key])}>" if (key := f"{name}.{kind}") in data else kind for kind in types]
        return f"{name} {', '.join(shown)}"

    parts = (("subject", group.shape.subject_types), ("san", group.shape.san_types))
    return "; ".join(part(name, types) for name, types in parts if types)


def field_headers(texts: Texts) -> tuple[str, ...]:
    """Write the headers of the table of fields."""
    codes = (
        TemplateText.FIELD, TemplateText.DATA, TemplateText.CERTIFICATES, TemplateText.VALUES, TemplateText.NEED,
    )  # fmt: skip
    return tuple(texts(Message(code)) for code in codes)


def field_rows(group: TemplateGroup, texts: Texts) -> list[tuple[str, ...]]:
    """Write a row for each field with data of people."""
    return [_field_row(one, group, texts) for one in group.fields]


def _field_row(found: TemplateField, group: TemplateGroup, texts: Texts) -> tuple[str, ...]:
    data = category(found.category, texts)
    if found.sensitivity in _SENSITIVITIES:
        data = f"{data} ({texts(Message(_SENSITIVITIES[found.sensitivity]))})"
    share = f"{found.certificates:,} ({100 * found.certificates // group.certificates} %)"
    need = texts.listed([texts(Message(_NEEDS[found.need])), *(texts(Message(code)) for code in found.reasons)])
    return found.field, data, share, f"{found.values:,}", need


def advice_lines(group: TemplateGroup, texts: Texts) -> list[str]:
    """Write the advice on a group."""
    return [texts(one) for one in group.advice]


def closing_lines(found: TemplateReport, texts: Texts) -> Iterator[str]:
    """Sum up a report, and say what isn't counted."""
    yield texts(TemplateText.READ(count=found.certificates, groups=len(found.groups)))
    if found.certificates and not any(group.with_people for group in found.groups):
        yield texts(TemplateText.NO_PEOPLE())
    if unread := found.unreadable + found.partly_read:
        yield texts(TemplateText.NOT_READ(count=unread))
    if found.requests:
        yield texts(TemplateText.REQUESTS(count=found.requests))
    if found.damaged:
        yield texts(TemplateText.DAMAGED(parts=", ".join(found.damaged)))
