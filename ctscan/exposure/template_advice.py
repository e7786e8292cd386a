"""Advice on a template, as messages: which fields to take out, and where to do so. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctscan.model.finding import Sensitivity
from ctscan.model.message import Message
from ctscan.model.template import Need, TemplateField, TemplateText

_MOST_FIELDS = 8

_BOXES = {
    "subject.emailAddress": "Include e-mail name in subject name",
    "subject.commonName": "Subject name format (None)",
    "san.rfc822Name": "E-mail name",
    "san.userPrincipalName": "User principal name (UPN)",
}
"""Boxes of the tab Subject Name of the console Certificate Templates, by the field that they write."""


def advise(fields: Sequence[TemplateField], certificates: int, *, is_of_template: bool) -> tuple[Message, ...]:
    """Advise on a template: sensitive data first, then the fields that its purpose doesn't need.

    Args:
        fields: fields with data of people.
        certificates: certificates with data of people.
        is_of_template: whether it is a Microsoft certificate template.
    """
    return tuple(_advice(fields, certificates, is_of_template))


def _advice(fields: Sequence[TemplateField], certificates: int, is_of_template: bool) -> Iterator[Message]:
    if not fields:
        return
    sensitive = [one for one in fields if one.sensitivity != Sensitivity.ORDINARY]
    excess = [one for one in fields if one.need is Need.EXCESS]
    unknown = [one for one in fields if one.need is Need.UNKNOWN]
    if sensitive:
        yield TemplateText.SENSITIVE(count=max(one.certificates for one in sensitive), fields=_named(sensitive))
    if excess:
        yield TemplateText.CHANGE(count=max(one.certificates for one in excess), fields=_named(excess))
        boxes = [_BOXES[one] for one in dict.fromkeys(one.field for one in excess) if one in _BOXES]
        if is_of_template and boxes:
            yield TemplateText.CONSOLE(boxes="; ".join(boxes))
    if unknown:
        yield TemplateText.DECIDE(count=max(one.certificates for one in unknown), fields=_named(unknown))
    if not excess and not unknown:
        yield TemplateText.ONLY_NEEDED(count=certificates)


def _named(fields: Sequence[TemplateField]) -> str:
    return ", ".join(list(dict.fromkeys(one.field for one in fields))[:_MOST_FIELDS])
