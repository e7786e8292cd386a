"""The use cases of ctscan: one function each, from a configuration and arguments to values of the model.

    Config, arguments ──► use case ──► index, client, clock ──► values ──► views render them

Every face (command line, web, worker) calls these functions and holds no logic of its own. They print nothing: progress
goes to listeners. Heavy modules are imported when a function runs, so that importing this package is cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctscan.on_first_use import names_of

if TYPE_CHECKING:
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
    from ctscan.app.case_register import add_events, case, cases, find_cases, new_event, open_case, show_case
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
    from ctscan.app.certificates_held import decide_on_certificates, held_certificates
    from ctscan.app.dossier_request import DossierOptions
    from ctscan.app.dossiers import make_dossier
    from ctscan.app.encrypting import decrypt_index, encrypt_index
    from ctscan.app.exposure_export import EXPORT_FORMS, export_view
    from ctscan.app.exposure_report import ReportOptions, report_exposure
    from ctscan.app.forgetting import accept_loss, forget, lift_suppression, suppressions
    from ctscan.app.head_comparison import HEADS_FILE_LIMIT, compare_heads, heads
    from ctscan.app.head_destinations import heard_head_failures
    from ctscan.app.health_check import health
    from ctscan.app.identity import check_code, identify_otherwise, make_code
    from ctscan.app.inspection_gate import GateOptions, gate_of, judge_files, write_baseline
    from ctscan.app.known_trail import begin_trail
    from ctscan.app.local_files import identifiers_in, import_files, inspect
    from ctscan.app.log_misbehaviour import decide_on_misbehaviour, export_evidence, misbehaviour_of_logs
    from ctscan.app.measuring import render_measures, write_metrics
    from ctscan.app.notice_writing import NOTICE_FORMS, write_notice
    from ctscan.app.overview import audit_events, disclosures, known_types, logs, rules, runs, searches, sources
    from ctscan.app.password_file import passwords_of
    from ctscan.app.purging import purge
    from ctscan.app.refreshing import check_refresh, refresh
    from ctscan.app.reindexing import reindex
    from ctscan.app.report_writing import REPORT_FORMS, report_form, write_report
    from ctscan.app.saved_answers import prove_answers
    from ctscan.app.scanning import backfill, scan
    from ctscan.app.scoping import terms_without_consent
    from ctscan.app.search_listener import SearchListener
    from ctscan.app.searching import SearchPlan, plan_scope_search, plan_search, search
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

__getattr__ = names_of(
    __name__,
    {
        "alert_commands": "pending_alerts send_alerts try_channels",
        "answers": "certificates is_label_of_number look_up look_up_in_parts parse_identifier prove standings",
        "audit_log": "audit_log_lines audit_vkey check_audit_proof prove_event verify_audit_log",
        "authority_list": "authorities authority_records update_authorities",
        "backups": "back_up restore",
        "basis": "basis_history drop_from_basis set_basis",
        "ca_policies": "ca_profiles check_ca_profiles match_certificates",
        "case_changes": "add_identifiers close_case confirm_receipt decide_case extend_case note_on_case pause_case "
        "record_fee resume_case",
        "case_letters": "LetterOptions settle_letters write_letters",
        "case_reports": "case_calendar case_report export_case register register_of reminder write_calendar",
        "case_texts": "case_request",
        "case_register": "add_events case cases find_cases new_event open_case show_case",
        "dossier_request": "DossierOptions",
        "dossiers": "make_dossier",
        "encrypting": "decrypt_index encrypt_index",
        "exposure_export": "EXPORT_FORMS export_view",
        "exposure_report": "ReportOptions report_exposure",
        "forgetting": "accept_loss forget lift_suppression suppressions",
        "head_comparison": "HEADS_FILE_LIMIT compare_heads heads",
        "head_destinations": "heard_head_failures",
        "health_check": "health",
        "certificates_held": "decide_on_certificates held_certificates",
        "identity": "check_code identify_otherwise make_code",
        "inspection_gate": "GateOptions gate_of judge_files write_baseline",
        "known_trail": "begin_trail",
        "local_files": "identifiers_in import_files inspect",
        "log_misbehaviour": "decide_on_misbehaviour export_evidence misbehaviour_of_logs",
        "measuring": "render_measures write_metrics",
        "notice_writing": "NOTICE_FORMS write_notice",
        "overview": "audit_events disclosures known_types logs rules runs searches sources",
        "password_file": "passwords_of",
        "purging": "purge",
        "refreshing": "check_refresh refresh",
        "reindexing": "reindex",
        "report_writing": "REPORT_FORMS report_form write_report",
        "saved_answers": "prove_answers",
        "scanning": "backfill scan",
        "scoping": "terms_without_consent",
        "search_listener": "SearchListener",
        "searching": "SearchPlan plan_scope_search plan_search search",
        "settings": "DEMO_PERSON demo_config kept_demo_config write_settings",
        "template_report": "TemplateOptions templates_of_files templates_of_index",
        "typed_selection": "make_selection",
        "watching": "AckRequest WatchRequest acks add_ack add_watch is_beyond_scans remove_ack remove_watch watches",
        "wiring": "exposed_files",
    },
)
