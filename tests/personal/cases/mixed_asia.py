"""Japan and China: residents, company seals, and people beside services."""

from __future__ import annotations

from support.certs import GeneralNameSpec, RdnSpec, string
from support.several_people import Case, arguments_of, held, people_of

JPKI = "1.2.392.200149.8.5.5."
JP: RdnSpec = ("C", "JP")
CN: RdnSpec = ("C", "CN")
TIME_STAMPS = ("1.3.6.1.5.5.7.3.8",)


def resident(name: str, born: str) -> list[GeneralNameSpec]:
    values = {5: "東京都例示区見本一丁目２番３号", 4: born, 3: "2", 1: name}
    return [("other", f"{JPKI}{last}", string(text)) for last, text in values.items()]


_CASES: dict[str, Case] = {
    "jp-company-seal": held(
        [("CN", "佐藤 一郎"), ("title", "代表取締役"), ("O", "株式会社見本"), JP],
        [("email", "ichiro@example.org")],
        "佐藤 一郎",
    ),
    "jp-company-seal-latin": held(
        [JP, ("O", "Mihon Kabushiki Kaisha"), ("title", "President"), ("SN", "Sato"), ("GN", "Ichiro")],
        [("email", "hanako@example.org"), ("email", "somu@example.org")],
        "ichiro|sato",
        "hanako@example.org",
    ),
    "jp-resident-other-given-name": held(
        [JP, ("CN", "20260101120000ABCDE01")],
        [*resident("山田　花子", "319850217"), ("email", "takeshi@example.org")],
        "山田 花子|1985-02-17",
        "takeshi@example.org",
    ),
    "jp-resident-own-given-name": held(
        [JP, ("CN", "20260101120000ABCDE01")],
        [("email", "hanako@example.org"), *resident("山田　花子", "319850217")],
        "山田 花子|1985-02-17|hanako@example.org",
    ),
    "jp-time-stamps": held(
        [JP, ("O", "株式会社見本"), ("SN", "タイムスタンプ局"), ("CN", "タイムスタンプ局 TSA3")],
        [],
        eku=TIME_STAMPS,
    ),
    "jp-office": held([JP, ("O", "見本大学"), ("GN", "サーバ"), ("SN", "認証局"), ("CN", "見本大学認証局")], []),
    "cn-resident": held(
        [CN, ("OU", "Individual-1"), ("CN", "051@王小明@Z11010519491231002X@1")],
        [("email", "wangxiaoming@example.org")],
        "王小明|1949-12-31",
    ),
    "cn-company": held(
        [CN, ("OU", "Organizational-1"), ("CN", "051@示例科技有限公司@N91110000123456789X@1")],
        [("email", "caiwu@example.org")],
    ),
    "cn-company-and-agent": held(
        [CN, ("O", "示例科技有限公司"), ("CN", "李小红"), ("GN", "小红"), ("SN", "李")],
        [("email", "lixiaohong@example.org")],
        "李|李小红",
    ),
}

NOBODY: dict[str, str] = {
    "jp-company-seal": "株式会社見本",
    "cn-company-and-agent": "示例科技有限公司",
}
CASES, PEOPLE = arguments_of(_CASES), people_of(_CASES)
