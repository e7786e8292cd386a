"""JSON: the one schema that the command line, files and other faces share. Fields may be added, never changed.

Documented in docs/analyst.md, held by tests. Times are RFC 3339 in UTC, hashes and serial numbers lower-case hex, log
ids base64, ranges half-open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctscan.on_first_use import names_of

if TYPE_CHECKING:
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
    from ctscan.views.json.case_shapes import case, cases, exported_case
    from ctscan.views.json.document import canonical, digest
    from ctscan.views.json.exposure import exposure_report
    from ctscan.views.json.heads import cosignatures, exported_heads, head_comparison, log_heads, tree_head
    from ctscan.views.json.identity import checked_code, identity_review, made_code
    from ctscan.views.json.letter_shapes import letters
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
    from ctscan.views.json.suppression_shapes import forget_receipt, suppressions
    from ctscan.views.json.templates import template_report
    from ctscan.views.json.values import Shape, base64_text, hex_text, time_text, timestamp_text, to_json
    from ctscan.views.json.watches import ack, watch

__getattr__ = names_of(
    __name__,
    {
        "answers": "GrowingAnswerDigest answer answer_digest answer_frame authority authority_list certificate "
        "coverage finding gap_shape match problem repository_sighting revocation search sighting status verified_range",
        "audit": "audit_event",
        "basis": "basis_history recorded_basis",
        "ca_profiles": "profile_checks profile_row",
        "case_shapes": "case cases exported_case",
        "document": "canonical digest",
        "exposure": "exposure_report",
        "heads": "cosignatures exported_heads head_comparison log_heads tree_head",
        "identity": "checked_code identity_review made_code",
        "letter_shapes": "letters",
        "misbehaviour": "checked_misbehaviour exported_misbehaviour",
        "outcomes": "backfilled certificate_status certificate_statuses checked_sighting imported judged_certificate "
        "local_certificate refreshed reindexed scanned search_result standing_counts",
        "purges": "purge_receipt",
        "records": "ATTRIBUTION authorities authorities_found disclosure health known_type loaded_authorities log rule "
        "run source",
        "suppression_shapes": "forget_receipt suppressions",
        "templates": "template_report",
        "values": "Shape base64_text hex_text time_text timestamp_text to_json",
        "watches": "ack watch",
    },
)
