"""Where the reports of the CCADB come from: its site, or files. What they say is read by `ctscan.authorities.ccadb`.

https://www.ccadb.org/resources lists the reports. They are served as `text/csv`, some 9 MB of them; an error of the
site is a page of HTML with status 200, which the client takes for none.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ctscan.errors import InputError
from ctscan.http.client import Client

RECORDS_URL = "https://ccadb.my.salesforce-sites.com/ccadb/AllCertificateRecordsCSVFormatV5"
CONTACTS_URL = "https://ccadb.my.salesforce-sites.com/ccadb/AllProblemReportingMechanismsCSV"
REPORT_LIMIT = 64 * 1024 * 1024
_OPERATOR = "CCADB"


async def fetch_report(url: str, client: Client, check: Callable[[bytes], object]) -> bytes:
    """A report as it is served; `check` raises FormatError for a body that is to be asked for again. SourceError when
    it can't be had."""
    answer = await client.get(url, operator=_OPERATOR, limit=REPORT_LIMIT, accept="text/csv, */*", validate=check)
    return answer.body


def read_report(path: str) -> bytes:
    """A report that was saved. InputError when the file can't be read."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(REPORT_LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no path"
        raise InputError(f"{path}: can't be read ({reason})") from None
    if len(data) > REPORT_LIMIT:
        raise InputError(f"{path}: larger than {REPORT_LIMIT} bytes, so it is no report of the CCADB")
    return data
