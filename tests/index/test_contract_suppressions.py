"""Contract of an index towards people who objected: nothing of them is written again, shown, or left."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.kept import (
    NEWER_RULES,
    SCOPE,
    a_certificate_hit,
    a_head,
    a_hit,
    a_repository_hit,
    a_search,
    an_advance,
    an_unreadable,
    commit,
    digest,
    email_finding,
    in_chain,
    name_finding,
    number_finding,
    pending_advance,
    proof,
    proving_advance,
    searching,
    started,
    verified,
    with_result,
)
from support.suppressing import copy_of, forgetting, traces

from ctscan.errors import IndexFault
from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.model import IdentifierKind, LookupKey
from ctscan.model.forgetting import Removed
from ctscan.model.suppression import Ground, Suppression, SuppressionKind

Work = Callable[[Index], Awaitable[None]]


def in_index(path: Path, work: Work) -> None:
    async def opened() -> None:
        async with await open_index(path, create=True) as index:
            await work(index)

    asyncio.run(opened())


async def addresses(index: Index, *asked: str) -> list[str]:
    """Return the addresses among these that are found."""
    return [a for a in asked if await index.find_keys([LookupKey(IdentifierKind.EMAIL, a)], 10)]


def shared() -> tuple[object, ...]:
    return (email_finding("jane@example.org"), name_finding("Jane Roe"), email_finding("bob@example.com"),
            name_finding("Bob Foo"))  # fmt: skip


STEP = an_advance(
    0, 256,
    a_hit(1, email_finding("jane@example.org"), name_finding("Jane Roe")),
    a_hit(2, email_finding("jane+list@example.org")),
    a_hit(3, *shared()),
    a_hit(4, email_finding("ann@example.org"), name_finding("Ann Doe")),
    proofs=tuple(proof(i, a_head(256)) for i in (1, 2, 3, 4)),
)  # fmt: skip

EVERYBODY = ("jane@example.org", "jane+list@example.org", "bob@example.com", "ann@example.org")


async def asked(index: Index, kind: str, text: str) -> tuple[object, bool]:
    names = [[[word] for word in text.split()]] if kind == "name" else []
    word = await index.suppressions_of([(kind, text)], names)
    return word.suppressed, word.shared


def test_a_person_is_forgotten_and_not_written_again(tmp_path: Path) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, STEP)
        done = await index.forget(forgetting("jane@example.org"))
        assert done.removed == Removed(certificates=3, findings=7, keys=8, evidence=3, quarantined=0)
        assert not done.deferred
        assert await addresses(index, *EVERYBODY) == ["ann@example.org"]
        await commit(index, run_id, replace(STEP, verified=verified(0, 256, "domain:example.org")))
        assert await addresses(index, *EVERYBODY) == ["ann@example.org"]
        (state,) = await index.log_states()
        assert [one.start for one in state.verified] == [0, 0]
        assert not state.gaps
        assert (await index.counts())["sightings"] == 1

    in_index(tmp_path / "ctscan.db", work)
    assert traces(tmp_path, ["jane@", "jane+", "Roe", "bob@", "Foo"]) == []
    assert traces(tmp_path, ["ann@"]) != []


def test_suppressions_are_consulted_by_every_form(tmp_path: Path) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, STEP)
        await index.forget(forgetting("jane@example.org"))
        own = await index.suppressions_of([("email", "jane+other@example.org")], [])
        assert own.suppressed is not None
        assert (own.suppressed.ground, own.suppressed.restricted, own.any) == (Ground.OBJECTION, False, True)
        assert await asked(index, "email", "bob@example.com") == (None, True)
        assert await asked(index, "name", "foo bob") == (None, True)
        assert await asked(index, "name", "roe bob") == (None, False)
        assert await asked(index, "name", "ann doe") == (None, False)
        assert await asked(index, "email", "ann@example.org") == (None, False)
        assert (await asked(index, "identity", digest("identity", 3).hex()))[0] is not None

    in_index(tmp_path / "ctscan.db", work)


def test_a_tagged_address_stands_for_itself_alone(tmp_path: Path) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, STEP)
        done = await index.forget(forgetting("jane+list@example.org"))
        assert done.removed.certificates == 1
        assert await addresses(index, *EVERYBODY) == ["jane@example.org", "bob@example.com", "ann@example.org"]
        assert await asked(index, "email", "jane@example.org") == (None, False)

    in_index(tmp_path / "ctscan.db", work)


def test_every_way_into_the_index_is_sieved(tmp_path: Path) -> None:
    """A chain, an unreadable entry, a repository, newer rules, and a range that is proven later."""

    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, an_advance(0, 256, a_hit(9, number_finding("4711"))))
        await index.forget(forgetting("jane@example.org", "contact@example.net"))
        jane = email_finding("jane@example.org")
        others = {"chain_hits": (in_chain(300),), "unreadable": (an_unreadable(301, jane),)}
        await commit(index, run_id, with_result(an_advance(256, 512, a_hit(302, jane)), **others))
        await commit(index, run_id, pending_advance(512, 600, a_hit(520, jane), a_hit(521)))
        await commit(index, run_id, proving_advance(512, 600, [520, 521]))
        search = await searching(index)
        assert await index.keep_found(search, [a_repository_hit("r", jane), a_repository_hit("s")]) == 1
        await index.replace_findings(digest("identity", 9), [jane], NEWER_RULES.version)
        assert await addresses(index, "jane@example.org", "contact@example.net", "persons@example.org") == [
            "persons@example.org"
        ]
        assert (await index.counts()) | {"findings": 0} == {
            "certificates": 2, "findings": 0, "sightings": 1, "sightings in chains": 0,
            "sightings in repositories": 1, "unreadable": 0, "quarantined": 0,
        }  # fmt: skip

    in_index(tmp_path / "ctscan.db", work)
    assert traces(tmp_path, ["jane@", "jane+", "contact@"]) == []


def test_a_process_that_began_before_writes_nobody_back(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.db"

    async def work() -> None:
        async with await open_index(path, create=True) as before, await open_index(path, create=True) as other:
            run_id = await started(before)
            assert await before.suppressions() == ()
            await other.forget(forgetting("jane@example.org"))
            await commit(before, run_id, STEP)
            assert await addresses(before, *EVERYBODY) == ["ann@example.org"]

    asyncio.run(work())


def test_a_restored_copy_forgets_at_its_opening(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.db"

    async def fill(index: Index) -> None:
        await commit(index, await started(index), with_result(STEP, quarantine=((250, 256, b"jane@example.org"),)))
        await index.start_search(a_search("email:jane@example.org"), NEWER_RULES)

    async def forget(index: Index) -> None:
        await index.forget(forgetting("jane@example.org"))

    async def look(index: Index) -> None:
        assert await addresses(index, *EVERYBODY) == ["ann@example.org"]
        assert await index.searches(["email:jane@example.org"]) == []

    in_index(path, fill)
    backup = copy_of(path, tmp_path / "elsewhere" / "old.db")
    in_index(path, forget)
    for suffix in (".key", ".suppressions"):
        backup.with_name(f"old.db{suffix}").write_bytes(path.with_name(f"ctscan.db{suffix}").read_bytes())
    in_index(backup, look)
    assert traces(backup.parent, ["jane@", "jane+", "Roe"]) == []


def test_a_kill_between_file_and_index_is_made_good(tmp_path: Path) -> None:
    """The entry is on the disk, the index is as before: the next opening carries it out."""
    path, copy = tmp_path / "ctscan.db", tmp_path / "copy" / "ctscan.db"

    async def fill(index: Index) -> None:
        await commit(index, await started(index), STEP)

    async def forget(index: Index) -> None:
        await index.forget(forgetting("jane@example.org"))

    async def look(index: Index) -> None:
        assert await addresses(index, *EVERYBODY) == ["ann@example.org"]

    in_index(path, fill)
    copy_of(path, copy)
    in_index(path, forget)
    copy.replace(path)
    with path.with_name("ctscan.db.suppressions").open("ab") as file:
        file.write(b'{"torn')  # and a further entry that was never whole
    in_index(path, look)
    in_index(path, forget)
    in_index(path, look)


def test_a_restriction_hides_until_it_is_lifted(tmp_path: Path) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, STEP)
        done = await index.forget(forgetting("jane@example.org", restrict=True))
        assert (done.removed.certificates, done.removed.keys) == (3, 0)
        await commit(index, run_id, an_advance(256, 512, a_hit(300, email_finding("jane@example.org"))))
        with index.noted_damage() as damage:
            assert await addresses(index, *EVERYBODY) == ["ann@example.org"]
            assert [identity async for identity, _, _ in index.kept()] == [digest("identity", 4)]
            assert [found async for found in index.kept_certificates(None)] != []
            assert len([found async for found in index.standings()]) == 1
            assert len([found async for found in index.evidence(None)]) == 1
            assert await index.find_identity(digest("identity", 1)) == []
            assert await index.count_keys([LookupKey(IdentifierKind.EMAIL, "jane@example.org")], 9) == 0
            assert (await index.counts())["certificates"] == 1
            assert len([one async for one in index.kept(whole=True)]) == 5
        assert not damage
        own = await index.suppressions_of([("email", "jane@example.org")], [])
        assert own.suppressed is not None
        assert own.suppressed.restricted
        assert await asked(index, "email", "bob@example.com") == (None, True)
        assert await asked(index, "name", "roe jane") == (None, True)
        assert await asked(index, "name", "roe doe") == (None, False)
        assert await asked(index, "email", "ann@example.org") == (None, False)
        entry = Suppression(
            0, done.entry.at, SuppressionKind.LIFTED, done.entry.ground, lifts=1, told=done.entry.at.date()
        )
        await index.lift_suppression(entry)
        assert await addresses(index, *EVERYBODY) == list(EVERYBODY)
        assert await asked(index, "email", "jane@example.org") == (None, False)
        assert await asked(index, "email", "bob@example.com") == (None, False)
        assert await asked(index, "name", "roe jane") == (None, False)
        (match,) = await index.find_identity(digest("identity", 300))
        assert match.sightings[0].verified

    in_index(tmp_path / "ctscan.db", work)


def test_an_index_that_cannot_be_written_to_hides(tmp_path: Path) -> None:
    path, copy = tmp_path / "ctscan.db", tmp_path / "copy" / "ctscan.db"

    async def fill(index: Index) -> None:
        await commit(index, await started(index), STEP)

    async def forget(index: Index) -> None:
        await index.forget(forgetting("jane@example.org"))

    async def look(index: Index) -> None:
        with index.noted_damage() as damage:
            assert await addresses(index, *EVERYBODY) == ["ann@example.org"]
        assert not damage

    in_index(path, fill)
    copy_of(path, copy)
    in_index(path, forget)
    for suffix in (".key", ".suppressions"):
        copy.with_name(f"ctscan.db{suffix}").write_bytes(path.with_name(f"ctscan.db{suffix}").read_bytes())
    before = copy.read_bytes()
    copy.chmod(0o400)
    copy.parent.chmod(0o500)
    try:
        if not _is_root():
            in_index(copy, look)
            assert copy.read_bytes() == before
    finally:
        copy.parent.chmod(0o700)


def _is_root() -> bool:
    import os

    return hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.mark.parametrize("gone", [".key", ".suppressions"])
def test_a_lost_key_or_file_stops_everything(tmp_path: Path, gone: str) -> None:
    path = tmp_path / "ctscan.db"

    async def forget(index: Index) -> None:
        await index.forget(forgetting("jane@example.org"))

    async def nothing(index: Index) -> None:
        raise AssertionError("opened")

    in_index(path, forget)
    path.with_name(f"ctscan.db{gone}").unlink()
    with pytest.raises(IndexFault, match="nobody knows who objected"):
        in_index(path, nothing)


def test_a_changed_entry_and_a_wrong_key_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.db"

    async def forget(index: Index) -> None:
        await index.forget(forgetting("jane@example.org"))
        await index.forget(forgetting("ann@example.org"))

    async def nothing(index: Index) -> None:
        raise AssertionError("opened")

    in_index(path, forget)
    file, key = path.with_name("ctscan.db.suppressions"), path.with_name("ctscan.db.key")
    whole = file.read_bytes()
    header, first, second = whole.splitlines(keepends=True)
    for changed in (header + second, whole.replace(b"objection", b"erasure", 1), header + second + first):
        file.write_bytes(changed)
        with pytest.raises(IndexFault, match="was changed"):
            in_index(path, nothing)
    file.write_bytes(header + first)
    with pytest.raises(IndexFault, match="a shorter one"):
        in_index(path, nothing)
    file.write_bytes(whole)
    old = key.read_text()
    key.write_text(f"ctscan privacy key v1\n{'ab' * 32}\n")
    with pytest.raises(IndexFault, match="another key"):
        in_index(path, nothing)
    key.with_name("ctscan.db.key.1").write_text(old)

    async def more(index: Index) -> None:
        assert (await asked(index, "email", "jane@example.org"))[0] is not None
        await index.forget(forgetting("bob@example.org"))
        assert (await asked(index, "email", "bob@example.org"))[0] is not None

    in_index(path, more)


def test_a_reader_that_holds_old_pages_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.db"

    async def work(index: Index) -> None:
        await commit(index, await started(index), STEP)
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM certificate").fetchone()
            assert (await index.forget(forgetting("jane@example.org"))).deferred
        assert await addresses(index, *EVERYBODY) == ["ann@example.org"]

    in_index(path, work)
    assert traces(tmp_path, ["jane@", "Roe"]) == []


def test_a_rehearsal_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.db"

    async def work(index: Index) -> None:
        await commit(index, await started(index), STEP)
        tried = await index.rehearse_forget(forgetting("jane@example.org"))
        assert tried.removed == Removed(certificates=3, findings=7, keys=8, evidence=3)
        assert await addresses(index, *EVERYBODY) == list(EVERYBODY)
        assert await index.suppressions() == ()

    in_index(path, work)
    assert not path.with_name("ctscan.db.suppressions").exists()
    assert not path.with_name("ctscan.db.key").exists()


def test_a_scope_that_names_the_person_becomes_a_pseudonym(tmp_path: Path) -> None:
    async def work(index: Index) -> None:
        scope = "domain:example.com, email:jane@example.org"
        run_id = await started(index)
        await commit(index, run_id, an_advance(0, 9, verified=verified(0, 9, scope)))
        await index.forget(forgetting("jane@example.org"))
        (state,) = await index.log_states()
        kept = state.verified[0].scope
        assert kept.startswith("domain:example.com, email:")
        assert kept.endswith("@forgotten.invalid")
        assert await index.scope_without_suppressed(scope) == kept
        assert await index.scope_without_suppressed(SCOPE) == SCOPE

    in_index(tmp_path / "ctscan.db", work)
    assert traces(tmp_path, ["jane@"]) == []


def test_a_name_alone_suppresses_only_the_listed_certificates(tmp_path: Path) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, STEP)
        request = forgetting(forms=((IdentifierKind.NAME, "jane roe"),), identities=(digest("identity", 1),))
        assert (await index.forget(request)).removed.certificates == 1
        namesake = a_hit(300, name_finding("Jane Roe"), email_finding("jr@example.com"))
        await commit(index, run_id, an_advance(256, 512, namesake, a_certificate_hit(301, 1, *shared()[:2])))
        assert await addresses(index, "jr@example.com") == ["jr@example.com"]
        assert await index.find_identity(digest("identity", 1)) == []
        assert (await asked(index, "name", "jane roe"))[0] is not None

    in_index(tmp_path / "ctscan.db", work)


def test_a_certificate_that_was_read_in_part_is_compared_by_what_is_not_kept(tmp_path: Path) -> None:
    """It is kept for its mark alone, without findings, and its bytes may name somebody who objected."""

    async def work(index: Index) -> None:
        run_id = await started(index)
        await index.forget(forgetting("jane@example.org"))
        unkept = tuple(LookupKey(IdentifierKind.EMAIL, one) for one in ("jane@example.org", "bob@example.com"))
        marked = replace(a_hit(1), findings=(), partly_read=True, unkept=unkept)
        other = replace(a_hit(2), findings=(), partly_read=True, unkept=unkept[1:])
        await commit(index, run_id, an_advance(0, 256, marked, other))
        assert [identity async for identity, _ in index.kept_partly_read()] == [digest("identity", 2)]
        assert await asked(index, "email", "bob@example.com") == (None, True)

    in_index(tmp_path / "ctscan.db", work)
