"""Japan: certificates with several people, or with a person in two scripts."""

from __future__ import annotations

from support.certs import GeneralNameSpec, RdnSpec, string
from support.several_people import Case, arguments_of, held, people_of

JP: RdnSpec = ("C", "JP")
JPKI = "1.2.392.200149.8.5.5."
HANAKO: list[RdnSpec] = [JP, ("GN", "Hanako"), ("SN", "Yamada"), ("CN", "Hanako Yamada")]


def resident(name: str, born: str) -> list[GeneralNameSpec]:
    values = {1: name, 4: born, 3: "2", 5: "東京都例示区見本一丁目２番３号"}
    return [("other", f"{JPKI}{last}", string(text)) for last, text in values.items()]


_CASES: dict[str, Case] = {
    "resident": held(
        [JP, ("CN", "20260101120000ABCDE01")],
        [*resident("山田　花子", "319850217"), ("dir", [("SN", "山田"), ("GN", "花子")])],
        "山田 花子|1985-02-17|山田|花子",
    ),
    "resident-in-latin-letters": held(
        HANAKO,
        [*resident("山田　花子", "319850217"), ("email", "hanako.yamada@example.org")],
        "hanako|山田 花子|1985-02-17",
    ),
    "two-scripts": held(
        HANAKO,
        [("dir", [("SN", "山田"), ("GN", "花子"), ("emailAddress", "h7@example.org")])],
        "hanako|yamada|山田|花子|h7@example.org",
    ),
    "two-people": held(
        HANAKO,
        [("dir", [("GN", "Ichiro"), ("SN", "Sato")]), ("email", "isato@example.org")],
        "hanako|yamada",
        "ichiro|sato|isato@example.org",
    ),
    "two-people-in-han": held(
        [JP, ("SN", "山田"), ("GN", "花子"), ("CN", "山田 花子")],
        [("dir", [("SN", "佐藤"), ("GN", "一郎"), ("CN", "佐藤 一郎")])],
        "山田|花子|山田 花子",
        "佐藤|一郎|佐藤 一郎",
    ),
    "surname-first": held(
        HANAKO, [("dir", [("CN", "YAMADA Hanako")]), ("email", "yamada.hanako@example.org")], "hanako|yamada hanako"
    ),
    "mail-of-colleague": held(
        HANAKO, [("email", "takeshi.suzuki@example.org")], "hanako|yamada", "takeshi.suzuki@example.org"
    ),
    "company-representative": held(
        [JP, ("O", "Mihon KK"), ("GN", "Ichiro"), ("SN", "Sato"), ("CN", "Ichiro Sato"), ("title", "Representative")],
        [("dir", [("GN", "Hanako"), ("SN", "Sato"), ("emailAddress", "hsato@example.org")])],
        "ichiro",
        "hanako|hsato@example.org",
    ),
}

CASES, PEOPLE = arguments_of(_CASES), people_of(_CASES)
