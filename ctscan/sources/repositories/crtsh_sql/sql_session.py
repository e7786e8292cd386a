"""Connection to crt.sh's database, and its retries. The only module that uses psycopg.

crt.sh stands behind PgBouncer and answers from replicas. Therefore:

- The startup packet holds only parameters that a pooler knows: user, database, client_encoding, application_name.
  PgBouncer ends a connection that sends any other parameter, so `options` is empty whichever values the environment
  has.
- Every statement is a transaction (autocommit), and none is prepared on the server: the next statement may reach
  another server.
- For the same reason `SET statement_timeout` may be forgotten; so we hang up ourselves a little later.
- A replica cancels statements that block replication. Then the same statement is repeated, on a new connection.

No message quotes the server, which may repeat the question.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ctscan.errors import BadAnswer, Refused, SourceError, UsageError
from ctscan.extras import missing_extra

if TYPE_CHECKING:
    import psycopg

    from ctscan.sources.repositories import SourceOptions
    from ctscan.sources.repositories.crtsh_sql.limits import Limits

_AGAIN = ("08", "40", "53", "57")  # connection, rolled back, resources, intervention of an operator (and cancelling)
_REFUSED = ("28", "3D", "42501")  # authorisation, no such database, no right to read
_CANCELLED = "57014"
_FIRST_WAIT, _LONGEST_WAIT = 2.0, 60.0  # seconds

Rows = list[tuple[Any, ...]]


class Statement(Struct, frozen=True):
    """SQL text, its parameters, and the expected answer: the types of its columns, and most rows and bytes."""

    text: str
    parameters: dict[str, Any]
    shape: tuple[tuple[type, ...], ...]
    rows: int
    bytes: int


class TooLong(SourceError):
    """The server, or our own timeout, ended a statement before it was answered; a narrower statement may succeed."""


class _Again(Exception):
    """Failure that is worth another attempt; the text is the reason."""


class _Cancelled(_Again):
    """The statement was cancelled, by a replica that fell behind or for its duration."""


class Session:
    """Session with one server over a single connection, made when first needed."""

    def __init__(self, url: str, options: SourceOptions, rate: float, limits: Limits) -> None:
        self._conninfo = conninfo(url)
        self.server = f"{self._conninfo['host']}:{self._conninfo['port']}"
        self._options, self._limits = options, limits
        self._pause = 1 / rate
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
        self._asked = False
        self._turn = asyncio.Lock()

    async def rows(self, statement: Statement) -> Rows:
        """Return the rows of a statement.

        Raises:
            SourceError: the last attempt failed
            Refused: another attempt would be futile
            TooLong: the statement took too long
            BadAnswer: the answer doesn't fit the statement's types or limits
        """
        async with self._turn:
            for attempt in range(1, self._limits.attempts + 1):
                try:
                    return await self._attempt(statement)
                except _Again as again:
                    await self._drop()
                    reason = again
                if attempt < self._limits.attempts:
                    self._options.progress(f"{self.server}: {reason}; asking again")
                    await self._options.sleep(min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** (attempt - 1)))
        failure = TooLong if isinstance(reason, _Cancelled) else SourceError
        raise failure(f"{self.server}: {reason}, {self._limits.attempts} times in a row; try again later")

    async def _attempt(self, statement: Statement) -> Rows:
        import psycopg

        connection = await self._connected()
        if self._asked:
            await self._options.sleep(self._pause)
        self._asked = True
        try:
            async with asyncio.timeout(self._limits.seconds + self._limits.slack):
                return await self._read(connection, statement)
        except TimeoutError:
            raise await self._too_long() from None
        except psycopg.Error as error:
            if (error.sqlstate or "") == _CANCELLED and "statement timeout" in (error.diag.message_primary or ""):
                raise await self._too_long() from None
            raise await self._judged(error) from None
        except OSError as error:
            raise _Again(f"the connection broke ({type(error).__name__})") from None
        except (ValueError, RecursionError, OverflowError) as error:  # raised by psycopg for malformed values
            await self._drop()
            raise BadAnswer(f"{self.server}: a value can't be read ({type(error).__name__})") from None
        except BaseException:
            await self._drop()  # cancelled or cut short: later data on this connection belongs to no statement
            raise

    async def _read(self, connection: psycopg.AsyncConnection[tuple[Any, ...]], statement: Statement) -> Rows:
        """Read row by row, so that an endless answer is noticed. One row is in memory before we see it."""
        found: Rows = []
        size = 0
        async with connection.cursor() as cursor:
            async for row in cursor.stream(statement.text, statement.parameters, binary=True):
                size += sum(len(value) for value in row if isinstance(value, bytes | str))
                wrong = self._wrong(row, len(found), size, statement)
                if wrong:
                    await self._drop()  # first, or the rest would be read and thrown away
                    raise BadAnswer(f"{self.server}: {wrong}")
                found.append(row)
        return found

    def _wrong(self, row: tuple[Any, ...], before: int, size: int, statement: Statement) -> str:
        """Return why a row can't be part of the answer; empty when it can."""
        if before == statement.rows or size > statement.bytes:
            return f"expected at most {statement.rows} rows and {statement.bytes} bytes, got more"
        if len(row) != len(statement.shape) or not all(map(isinstance, row, statement.shape)):
            return "it sends rows of other types than expected; it is no database of crt.sh"
        return ""

    # --- the connection ---

    async def _connected(self) -> psycopg.AsyncConnection[tuple[Any, ...]]:
        import psycopg

        if self._connection is None:
            _check_loop()
            try:
                self._connection = await psycopg.AsyncConnection.connect(
                    **self._conninfo,
                    connect_timeout=self._limits.connecting,
                    autocommit=True,
                    prepare_threshold=None,
                )
                async with asyncio.timeout(self._limits.connecting):
                    await self._connection.execute(f"SET statement_timeout = {int(self._limits.seconds * 1000)}")
            except psycopg.Error as error:
                raise await self._judged(error, connecting=True) from None
            except (OSError, UnicodeError) as error:
                raise _Again(f"the connection failed ({type(error).__name__})") from None
            except BaseException:
                await self._drop()
                raise
        return self._connection

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def aclose(self) -> None:
        """Close the connection."""
        await self._drop()

    # --- errors ---

    async def _too_long(self) -> TooLong:
        await self._drop()
        return TooLong(f"{self.server}: no answer within {self._limits.seconds:g} s")

    async def _judged(self, error: psycopg.Error, connecting: bool = False) -> Exception:
        """Translate an error of the driver. Drops the connection, whose state is uncertain."""
        import psycopg

        await self._drop()
        state = error.sqlstate or ""
        if connecting and not state and (why := _refusal(str(error))):
            return Refused(f"{self.server}: {why}")
        if state.startswith(_REFUSED):
            return Refused(f"{self.server}: refuses us (SQLSTATE {state})")
        if state == _CANCELLED:
            return _Cancelled("the statement was cancelled")
        if state.startswith(_AGAIN):
            return _Again(f"the server ended the {'connection' if connecting else 'statement'} (SQLSTATE {state})")
        if not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return _Again(_unreachable(str(error)) if connecting else "the connection was lost")
        return BadAnswer(
            f"{self.server}: expected an answer to a statement for the schema of crt.sh, got an error "
            f"({f'SQLSTATE {state}' if state else type(error).__name__}); search crt.sh over HTTP instead"
        )


def conninfo(url: str) -> dict[str, Any]:
    """Return the connection's parameters from a URL alone: the environment must not change the server or the session.

    Raises:
        UsageError: psycopg is missing, or the URL is invalid; the message doesn't repeat the URL, which may hold a
            password
    """
    expected = "expected a URL such as postgresql://guest@crt.sh:5432/certwatch"
    if not url.startswith(("postgresql://", "postgres://")):
        raise UsageError(f"the address of crt.sh's database, {len(url)} characters: {expected}")
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise missing_extra("crt.sh over PostgreSQL", "postgres") from None
    try:
        given = {key: value for key, value in conninfo_to_dict(url).items() if value is not None}
    except (ProgrammingError, UnicodeError):
        raise UsageError(f"the address of crt.sh's database, {len(url)} characters: {expected}") from None
    if not given.get("host"):
        raise UsageError(f"the address of crt.sh's database names no host: {expected}")
    defaults = {"hostaddr": "", "port": "5432", "user": "guest", "dbname": "certwatch", "sslmode": "prefer"}
    if given.get("user", "guest") == "guest":
        defaults["password"] = "guest"  # noqa: S105 - published; it is rarely asked for
    # libpq takes missing parameters from the environment (PGOPTIONS, PGHOSTADDR, PGCLIENTENCODING, PGAPPNAME)
    fixed = {"application_name": "ctscan", "client_encoding": "UTF8", "options": "", "gssencmode": "disable"}
    return defaults | given | fixed


def _refusal(message: str) -> str:
    """Return the reason for a permanent refusal; empty for other messages."""
    if "authentication failed" in message or "no password supplied" in message or "pg_hba.conf" in message:
        return "refuses the user or the password"
    if "unsupported startup parameter" in message:
        return "a pooler refuses a parameter of the connection; search crt.sh over HTTP instead"
    if "does not exist" in message:
        return "has no such database or user"
    return ""


def _unreachable(message: str) -> str:
    """Return the reason for a failed connection, in words of our own."""
    lower = message.lower()
    for sign, words in (
        ("refused", "the connection was refused"),
        ("timeout", "no connection in time"),
        ("resolve", "the host's name can't be resolved"),
        ("name or service", "the host's name can't be resolved"),
        ("ssl", "the TLS handshake failed"),
        ("recovery", "the server is recovering"),
        ("too many", "the server has too many connections"),
    ):
        if sign in lower:
            return words
    return "the connection failed"


def _check_loop() -> None:
    """Raise UsageError on Windows' default event loop, which psycopg can't use."""
    if sys.platform == "win32" and isinstance(asyncio.get_running_loop(), asyncio.ProactorEventLoop):
        raise UsageError(
            "crt.sh over PostgreSQL is unavailable on Windows (event loop); search crt.sh over HTTP instead"
        )
