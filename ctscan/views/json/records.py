"""JSON shapes of records in the index (logs, runs, disclosures, authorities) and of the lists of sources and rules."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING

from ctscan.model import Authority, AuthorityList, Disclosure, Run
from ctscan.views.json.answers import authority, authority_list, gap_shape, verified_range
from ctscan.views.json.ca_profiles import profile
from ctscan.views.json.heads import cosignatures
from ctscan.views.json.misbehaviour import misbehaviour
from ctscan.views.json.values import Shape, base64_text, message, messages, time_text, timestamp_text

if TYPE_CHECKING:
    from ctscan.model import Source
    from ctscan.model.ca_profile import AuthorityRecords
    from ctscan.model.health import HealthReport, ListFailure, LogHealth
    from ctscan.model.results import LoadedAuthorities, LogReport, RuleInfo, TypeInfo

ATTRIBUTION = "from the CCADB (https://www.ccadb.org), licensed under CDLA-Permissive-2.0"


def log(report: LogReport) -> Shape:
    """`ctscan logs`: shape a log. `holes` together with `verified` make up `[0, head_size)`."""
    state, seconds = report.state, report.catch_up
    return {
        "name": state.log.name,
        "log_id": base64_text(state.log.id),
        "operator": state.log.operator,
        "protocol": str(state.log.protocol),
        "state": state.log.state,
        "health": str(report.health),
        "freshness": str(report.freshness),
        **message("stale_reason", report.stale_reason),
        "head_size": state.head.size if state.head else 0,
        "head_time": timestamp_text(state.head.timestamp) if state.head else None,
        "verified_size": report.verified_size,
        "position": report.position,
        "backlog": report.backlog,
        "rate": None if state.rate is None else round(state.rate, 1),
        "growth": None if state.growth is None else round(state.growth, 3),
        "catch_up_seconds": None if seconds in (None, inf) else round(seconds, 1),
        "last_success": time_text(state.last_success),
        "last_error": state.last_error,
        "failing_since": time_text(state.failing_since),
        "failure": None if state.failure is None else str(state.failure),
        "witnesses": report.witnesses,
        "cosignatures": cosignatures(report.cosignatures),
        "verified": [verified_range(r) for r in state.verified if r.start < r.end],  # an empty one holds a position
        "holes": [gap_shape(gap) for gap in report.gaps],
        "evidence": [misbehaviour(one) for one in report.misbehaviour],
    }


def health(report: HealthReport) -> Shape:
    """`ctscan health`: shape the condition of each log of the basis, and name the logs outside it."""
    return {
        "exit_code": report.exit_code,
        **messages("index", report.index),
        "log_list": None if report.log_list is None else list_failure(report.log_list),
        **messages("list_age", report.list_age),
        "logs": [log_health(log) for log in report.logs],
        "outside": [
            {
                "log": log.name,
                "log_id": base64_text(log.id),
                "operator": log.operator,
                **message("reason", log.reason),
            }
            for log in report.outside
        ],
    }


def list_failure(failure: ListFailure) -> Shape:
    """Shape the failure of the log list."""
    return {"since": time_text(failure.since), "at": time_text(failure.at), "error": failure.error}


def log_health(log: LogHealth) -> Shape:
    """Shape the condition of a log."""
    return {
        "log": log.name,
        "log_id": base64_text(log.log_id),
        "operator": log.operator,
        "condition": str(log.condition),
        "since": time_text(log.since),
        **messages("details", log.details),
        "head_size": log.head_size,
        "last_success": time_text(log.last_success),
        "backlog": log.backlog,
        "holes": log.gaps,
        "hole_entries": log.gap_entries,
        "holders": [
            {
                "start": holder.start,
                "end": holder.end,
                "pid": holder.pid,
                "host": holder.host,
                "who": holder.who,
                "since": time_text(holder.since),
                "progressed_at": time_text(holder.progressed_at),
            }
            for holder in log.holders
        ],
    }


def run(done: Run) -> Shape:
    """`ctscan runs`: shape a scan."""
    return {
        "id": done.id,
        "who": done.who,
        "started": time_text(done.started),
        "ended": time_text(done.ended),
        "scope": done.scope,
        "rules": done.rules,
        "purpose": done.purpose,
        "command": done.command,
        "outcome": done.outcome,
        "entries": done.entries,
        "candidates": done.candidates,
        "certificates": done.certificates,
    }


def disclosure(made: Disclosure) -> Shape:
    """`ctscan disclosures`: shape a disclosure to a third party. The identifier isn't recorded."""
    return {
        "id": made.id,
        "at": time_text(made.at),
        "who": made.who,
        "kind": made.kind,
        "recipient": made.recipient,
        "purpose": made.purpose,
        "command": made.command,
    }


def authorities(which: AuthorityList, found: Sequence[Authority], remarks: Sequence[str] = ()) -> Shape:
    """`ctscan ca show`: shape the list in the index: its origin, its sums, and the parts that it lacks."""
    return {
        "list": authority_list(which),
        "attribution": ATTRIBUTION,
        "owners": len({one.owner for one in found}),
        "with_policies": sum(bool(one.policies) for one in found),
        "with_contact": sum(bool(one.contact) for one in found),
        "with_key_id": sum(bool(one.key_id) for one in found),
        "remarks": list(remarks),
    }


def loaded_authorities(loaded: LoadedAuthorities) -> Shape:
    """`ctscan ca update`: shape the list that was loaded, and the list that it replaced."""
    before = None if loaded.replaced is None else authority_list(loaded.replaced)
    return authorities(loaded.which, loaded.authorities, loaded.remarks) | {"replaced": before}


def authorities_found(found: AuthorityRecords) -> Shape:
    """`ctscan ca show NAME`: shape the records of a CA, the list that holds them, and the CA's profiles."""
    return {
        "list": None if found.which is None else authority_list(found.which),
        "authorities": [authority(one) for one in found.authorities],
        "profiles": [profile(one) for one in found.profiles],
    }


def source(found: Source) -> Shape:
    """`ctscan sources`: shape a source of certificates."""
    return {
        "name": found.name,
        "title": found.title,
        "url": found.url or None,
        "finds": list(found.finds),
        "limits": list(found.limits),
        "needs": found.needs or None,
        "ready": not found.lacks,
        "lacks": found.lacks or None,
        "tells": found.tells,
        "complete": found.is_verified,
        "verified": found.is_verified,
        "command": found.command,
    }


def rule(known: RuleInfo) -> Shape:
    """`ctscan rules`: shape a kind of personal data that is looked for."""
    return {
        "id": known.id,
        "version": known.version,
        "what": known.looks_for,
        "category": known.category,
        "kinds": list(known.kinds),
        "citations": list(known.citations),
        "types": list(known.types),
    }


def known_type(found: TypeInfo) -> Shape:
    """`ctscan rules --types`: shape a type of value, with the rules that read it."""
    return {
        "oid": found.oid,
        "kind": found.kind,
        "name": found.name,
        "treatment": found.treatment,
        "rules": list(found.rules),
        "evidence": found.is_evidence,
        "why": found.why,
    }
