"""JSON of a report on templates. Fields may be added, never changed."""

from __future__ import annotations

from ctscan.model.template import TemplateField, TemplateGroup, TemplateReport
from ctscan.views.json.values import Shape, messages


def template_report(found: TemplateReport) -> Shape:
    """`ctscan templates --format json`: shape a report. No value of a certificate is in it, but names of issuers and
    templates."""
    return {
        "source": "index" if found.from_index else "files",
        "certificates": found.certificates,
        "repeated": found.repeated,
        "unreadable": found.unreadable,
        "partly_read": found.partly_read,
        "requests": found.requests,
        "damaged": list(found.damaged),
        "templates": [_group(one) for one in found.groups],
    }


def _group(found: TemplateGroup) -> Shape:
    shape = found.shape
    is_rest = found.is_rest
    return {
        "template": shape.template_oid or None,
        "template_name": shape.template_name or shape.built_in or None,
        "further_shapes": is_rest,
        "issuers": [{"name": name or None, "certificates": count} for name, count in found.issuers.items()],
        "other_issuers": found.others,
        "uses": list(found.uses),
        "policies": [] if is_rest else list(shape.policies),
        "key_purposes": [] if is_rest else list(shape.key_purposes),
        "subject": [] if is_rest else list(shape.subject_types),
        "san": [] if is_rest else list(shape.san_types),
        "certificates": found.certificates,
        "with_people": found.with_people,
        "stopped": found.stopped,
        "persons": found.persons,
        "addresses": found.addresses,
        "fields": [_field(one, found) for one in found.fields],
        **messages("advice", found.advice),
    }


def _field(found: TemplateField, group: TemplateGroup) -> Shape:
    return {
        "field": found.field,
        "category": found.category,
        "sensitivity": found.sensitivity,
        "certificates": found.certificates,
        "share": round(found.certificates / group.certificates, 4),
        "values": found.values,
        "need": str(found.need),
        "reasons": list(found.reasons),
    }
