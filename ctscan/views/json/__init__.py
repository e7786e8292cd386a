"""JSON: the one schema that the command line, files and other faces share. Fields may be added, never changed.

Documented in docs/analyst.md, held by tests. Times are RFC 3339 in UTC, hashes and serial numbers lower-case hex, log
ids base64, ranges half-open.
"""

from ctscan.views.json.answers import (
    GrowingAnswerDigest,
    answer,
    answer_digest,
    answer_frame,
    authority,
    authority_list,
    certificate,
    coverage,
    finding,
    gap_shape,
    match,
    problem,
    repository_sighting,
    revocation,
    search,
    sighting,
    status,
    verified_range,
)
from ctscan.views.json.audit import audit_event
from ctscan.views.json.basis import basis_history, recorded_basis
from ctscan.views.json.ca_profiles import profile_checks, profile_row
from ctscan.views.json.cases import case, cases, exported_case
from ctscan.views.json.document import canonical, digest
from ctscan.views.json.exposure import exposure_report
from ctscan.views.json.heads import cosignatures, exported_heads, head_comparison, log_heads, tree_head
from ctscan.views.json.identity import checked_code, identity_review, made_code
from ctscan.views.json.letters import letters
from ctscan.views.json.misbehaviour import checked_misbehaviour, exported_misbehaviour
from ctscan.views.json.outcomes import (
    backfilled,
    certificate_status,
    certificate_statuses,
    checked_sighting,
    imported,
    judged_certificate,
    local_certificate,
    refreshed,
    reindexed,
    scanned,
    search_result,
    standing_counts,
)
from ctscan.views.json.purges import purge_receipt
from ctscan.views.json.records import (
    ATTRIBUTION,
    authorities,
    authorities_found,
    disclosure,
    health,
    known_type,
    loaded_authorities,
    log,
    rule,
    run,
    source,
)
from ctscan.views.json.suppressions import forget_receipt, suppressions
from ctscan.views.json.templates import template_report
from ctscan.views.json.values import Shape, base64_text, hex_text, time_text, timestamp_text, to_json
from ctscan.views.json.watches import ack, watch

__all__ = [
    "ATTRIBUTION",
    "GrowingAnswerDigest",
    "Shape",
    "ack",
    "answer",
    "answer_digest",
    "answer_frame",
    "audit_event",
    "authorities",
    "authorities_found",
    "authority",
    "authority_list",
    "backfilled",
    "base64_text",
    "basis_history",
    "canonical",
    "case",
    "cases",
    "certificate",
    "certificate_status",
    "certificate_statuses",
    "checked_code",
    "checked_misbehaviour",
    "checked_sighting",
    "cosignatures",
    "coverage",
    "digest",
    "disclosure",
    "exported_case",
    "exported_heads",
    "exported_misbehaviour",
    "exposure_report",
    "finding",
    "forget_receipt",
    "gap_shape",
    "head_comparison",
    "health",
    "hex_text",
    "identity_review",
    "imported",
    "judged_certificate",
    "known_type",
    "letters",
    "loaded_authorities",
    "local_certificate",
    "log",
    "log_heads",
    "made_code",
    "match",
    "problem",
    "profile_checks",
    "profile_row",
    "purge_receipt",
    "recorded_basis",
    "refreshed",
    "reindexed",
    "repository_sighting",
    "revocation",
    "rule",
    "run",
    "scanned",
    "search",
    "search_result",
    "sighting",
    "source",
    "standing_counts",
    "status",
    "suppressions",
    "template_report",
    "time_text",
    "timestamp_text",
    "to_json",
    "tree_head",
    "verified_range",
    "watch",
]
