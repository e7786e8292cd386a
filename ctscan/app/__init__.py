"""The use cases of ctscan: one function each, from a configuration and arguments to values of the model.

    Config, arguments ──► use case ──► index, client, clock ──► values ──► views render them

Every face (command line, web, worker) calls these functions and holds no logic of its own. They print nothing: progress
goes to listeners. Heavy modules are imported when a function runs, so that importing this package is cheap.
"""

from ctscan.app.alert_commands import pending_alerts, send_alerts, try_channels
from ctscan.app.answers import (
    certificates,
    is_label_of_number,
    look_up,
    look_up_in_parts,
    parse_identifier,
    prove,
    standings,
)
from ctscan.app.audit_log import (
    audit_log_lines,
    audit_vkey,
    check_audit_proof,
    prove_event,
    verify_audit_log,
)
from ctscan.app.authority_list import authorities, authority_records, update_authorities
from ctscan.app.backups import back_up, restore
from ctscan.app.basis import basis_history, drop_from_basis, set_basis
from ctscan.app.ca_policies import ca_profiles, check_ca_profiles, match_certificates
from ctscan.app.case_changes import (
    add_identifiers,
    close_case,
    confirm_receipt,
    decide_case,
    extend_case,
    note_on_case,
    pause_case,
    record_fee,
    resume_case,
)
from ctscan.app.case_letters import LetterOptions, settle_letters, write_letters
from ctscan.app.case_reports import (
    case_calendar,
    case_report,
    export_case,
    register,
    register_of,
    reminder,
    write_calendar,
)
from ctscan.app.case_texts import case_request
from ctscan.app.cases import add_events, case, cases, find_cases, new_event, open_case, show_case
from ctscan.app.dossier_request import DossierOptions
from ctscan.app.dossiers import make_dossier
from ctscan.app.encrypting import decrypt_index, encrypt_index
from ctscan.app.exposure_export import EXPORT_FORMS, export_view
from ctscan.app.exposure_report import ReportOptions, report_exposure
from ctscan.app.forgetting import accept_loss, forget, lift_suppression, suppressions
from ctscan.app.head_comparison import HEADS_FILE_LIMIT, compare_heads, heads
from ctscan.app.head_destinations import heard_head_failures
from ctscan.app.health import health
from ctscan.app.held_certificates import decide_on_certificates, held_certificates
from ctscan.app.identity import check_code, identify_otherwise, make_code
from ctscan.app.inspection_gate import GateOptions, gate_of, judge_files, write_baseline
from ctscan.app.known_trail import begin_trail
from ctscan.app.local_files import identifiers_in, import_files, inspect
from ctscan.app.log_misbehaviour import decide_on_misbehaviour, export_evidence, misbehaviour_of_logs
from ctscan.app.measuring import render_measures, write_metrics
from ctscan.app.notice_writing import FORMS as NOTICE_FORMS
from ctscan.app.notice_writing import write_notice
from ctscan.app.overview import audit_events, disclosures, known_types, logs, rules, runs, searches, sources
from ctscan.app.password_file import passwords_of
from ctscan.app.purging import purge
from ctscan.app.refreshing import check_refresh, refresh
from ctscan.app.reindexing import reindex
from ctscan.app.report_writing import FORMS as REPORT_FORMS
from ctscan.app.report_writing import form_of as report_form
from ctscan.app.report_writing import write_report
from ctscan.app.saved_answers import prove_answers
from ctscan.app.scanning import backfill, scan
from ctscan.app.scoping import terms_without_consent
from ctscan.app.searching import SearchListener, SearchPlan, plan_scope_search, plan_search, search
from ctscan.app.settings import DEMO_PERSON, demo_config, kept_demo_config, write_settings
from ctscan.app.template_report import TemplateOptions, templates_of_files, templates_of_index
from ctscan.app.typed_selection import make_selection
from ctscan.app.watching import (
    AckRequest,
    WatchRequest,
    acks,
    add_ack,
    add_watch,
    is_beyond_scans,
    remove_ack,
    remove_watch,
    watches,
)
from ctscan.app.wiring import exposed_files

__all__ = [
    "DEMO_PERSON",
    "EXPORT_FORMS",
    "HEADS_FILE_LIMIT",
    "NOTICE_FORMS",
    "REPORT_FORMS",
    "AckRequest",
    "DossierOptions",
    "GateOptions",
    "LetterOptions",
    "ReportOptions",
    "SearchListener",
    "SearchPlan",
    "TemplateOptions",
    "WatchRequest",
    "accept_loss",
    "acks",
    "add_ack",
    "add_events",
    "add_identifiers",
    "add_watch",
    "audit_events",
    "audit_log_lines",
    "audit_vkey",
    "authorities",
    "authority_records",
    "back_up",
    "backfill",
    "basis_history",
    "begin_trail",
    "ca_profiles",
    "case",
    "case_calendar",
    "case_report",
    "case_request",
    "cases",
    "certificates",
    "check_audit_proof",
    "check_ca_profiles",
    "check_code",
    "check_refresh",
    "close_case",
    "compare_heads",
    "confirm_receipt",
    "decide_case",
    "decide_on_certificates",
    "decide_on_misbehaviour",
    "decrypt_index",
    "demo_config",
    "disclosures",
    "drop_from_basis",
    "encrypt_index",
    "export_case",
    "export_evidence",
    "export_view",
    "exposed_files",
    "extend_case",
    "find_cases",
    "forget",
    "gate_of",
    "heads",
    "health",
    "heard_head_failures",
    "held_certificates",
    "identifiers_in",
    "identify_otherwise",
    "import_files",
    "inspect",
    "is_beyond_scans",
    "is_label_of_number",
    "judge_files",
    "kept_demo_config",
    "known_types",
    "lift_suppression",
    "logs",
    "look_up",
    "look_up_in_parts",
    "make_code",
    "make_dossier",
    "make_selection",
    "match_certificates",
    "misbehaviour_of_logs",
    "new_event",
    "note_on_case",
    "open_case",
    "parse_identifier",
    "passwords_of",
    "pause_case",
    "pending_alerts",
    "plan_scope_search",
    "plan_search",
    "prove",
    "prove_answers",
    "prove_event",
    "purge",
    "record_fee",
    "refresh",
    "register",
    "register_of",
    "reindex",
    "reminder",
    "remove_ack",
    "remove_watch",
    "render_measures",
    "report_exposure",
    "report_form",
    "restore",
    "resume_case",
    "rules",
    "runs",
    "scan",
    "search",
    "searches",
    "send_alerts",
    "set_basis",
    "settle_letters",
    "show_case",
    "sources",
    "standings",
    "suppressions",
    "templates_of_files",
    "templates_of_index",
    "terms_without_consent",
    "try_channels",
    "update_authorities",
    "verify_audit_log",
    "watches",
    "write_baseline",
    "write_calendar",
    "write_letters",
    "write_metrics",
    "write_notice",
    "write_report",
    "write_settings",
]
