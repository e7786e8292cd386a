"""Reports of the CCADB, fetched from its site or read from files, and put together to a list of CA owners.

Their parser is `ctscan.authorities.ccadb`.

https://www.ccadb.org/resources lists the reports. They are served as `text/csv`, some 9 MB of them; an error of the
site is a page of HTML with status 200, which the client takes for none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ctscan.authorities.ccadb import is_records, parse_authorities, parse_contacts
from ctscan.errors import FormatError, InputError, SourceError, UsageError
from ctscan.http.client import Client
from ctscan.model import Authority, AuthorityList
from ctscan.model.results import LoadedAuthorities

RECORDS_URL = "https://ccadb.my.salesforce-sites.com/ccadb/AllCertificateRecordsCSVFormatV5"
CONTACTS_URL = "https://ccadb.my.salesforce-sites.com/ccadb/AllProblemReportingMechanismsCSV"
REPORT_LIMIT = 64 * 1024 * 1024
_OPERATOR = "CCADB"


async def fetch_reports(client: Client, now: datetime) -> LoadedAuthorities:
    """Fetch the report of certificates and the report of contacts.

    Returns:
        The list, fetched at `now`; without contacts, and with a remark, where only those can't be fetched.

    Raises:
        SourceError: the report of certificates can't be fetched.
    """

    def check(body: bytes) -> None:
        if not is_records(body):
            raise FormatError("expected the report of certificates, got another table")

    data = await fetch_report(RECORDS_URL, client, check)
    contacts: dict[str, str] = {}
    lacks = "their report holds none"
    try:
        contacts = parse_contacts(await fetch_report(CONTACTS_URL, client, parse_contacts))
    except SourceError as error:
        lacks = str(error)
    remarks = () if contacts else (f"contacts for problem reports are missing: {lacks}",)
    try:
        authorities = await asyncio.to_thread(parse_authorities, data, contacts)
    except FormatError as error:
        raise SourceError(f"{RECORDS_URL}: {error}") from error
    return _loaded(RECORDS_URL, now, authorities, remarks)


def read_reports(files: Sequence[str]) -> LoadedAuthorities:
    """Read saved reports, which are distinguished by their columns. The list is as old as the file of certificates.

    Raises:
        UsageError: not exactly one report of certificates.
        InputError: a file can't be read, or is no report.
    """
    records: dict[str, bytes] = {}
    contacts: dict[str, str] = {}
    for path in files:
        data = read_report(path)
        try:
            if is_records(data):
                records[path] = data
            else:
                contacts |= parse_contacts(data)
        except FormatError as error:
            raise InputError(f"{path}: {error}") from error
    if len(records) != 1:
        raise UsageError(f"--from: expected one report of certificates (AllCertificateRecords…), got {len(records)}")
    ((path, data),) = records.items()
    try:
        authorities = parse_authorities(data, contacts)
    except FormatError as error:
        raise InputError(f"{path}: {error}") from error
    lacks = "contacts for problem reports are missing: also give --from AllProblemReportingMechanismsCSV"
    at = datetime.fromtimestamp(Path(path).stat().st_mtime, UTC)
    return _loaded(path, at, authorities, () if contacts else (lacks,))


def _loaded(
    origin: str, at: datetime, authorities: tuple[Authority, ...], remarks: tuple[str, ...]
) -> LoadedAuthorities:
    return LoadedAuthorities(AuthorityList(at, origin, len(authorities)), authorities, remarks)


async def fetch_report(url: str, client: Client, check: Callable[[bytes], object]) -> bytes:
    """Fetch a report.

    Args:
        check: raises FormatError for a body that has to be fetched again.

    Raises:
        SourceError: the report can't be fetched.
    """
    answer = await client.get(url, operator=_OPERATOR, limit=REPORT_LIMIT, accept="text/csv, */*", validate=check)
    return answer.body


def read_report(path: str) -> bytes:
    """Read a saved report. InputError when the file can't be read."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(REPORT_LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no path"
        raise InputError(f"{path}: can't be read ({reason})") from None
    if len(data) > REPORT_LIMIT:
        raise InputError(f"{path}: larger than {REPORT_LIMIT} bytes, so it is no report of the CCADB")
    return data
