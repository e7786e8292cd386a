"""Words that tell organisations, authorities and machines from people, and the commonest surnames of two scripts that
write names without a space. Facts a person may read and extend; nothing here decides.

Words are folded as `names.fold_text` does: lower case, no accents.
"""

from __future__ import annotations

ORGANISATION_WORDS = frozenset(
    [
        # legal forms
        *("ab", "ag", "aps", "as", "asa", "bv", "bvba", "cia", "corp", "corporation", "cv", "doo", "eg", "ek", "ev"),
        *("gmbh", "inc", "incorporated", "kft", "kg", "lda", "limited", "limitada", "llc", "llp", "lp", "ltd", "ltda"),
        *("mbh", "nv", "nyrt", "ood", "oy", "oyj", "plc", "pte", "pty", "pvt", "sa", "sarl", "sas", "se", "sgps"),
        *("sia", "sl", "slu", "spa", "spol", "sprl", "srl", "sro", "uab", "ug", "zrt", "ао", "зао", "оао", "ооо"),
        *("тов", "еоод", "оод", "αε", "επε"),
        # bodies
        *("academy", "administration", "agence", "agencia", "agency", "agenzia", "alliance", "army", "assembly"),
        *("association", "asociacion", "associacao", "authority", "autorita", "autorite", "autoridad", "autoridade"),
        *("banca", "banco", "bank", "banka", "banque", "board", "bundesamt", "bureau", "camara", "center", "centre"),
        *(
            "centro",
            "centrum",
            "chamber",
            "city",
            "college",
            "comision",
            "commerce",
            "compania",
            "commission",
            "committee",
        ),
        *("company", "comune", "confederation", "consejo", "consorzio", "consortium", "cooperative", "council"),
        *("country", "court", "department", "departement", "ecole", "ejercito", "enterprise", "enterprises"),
        *("escuela", "eidgenossenschaft", "federal", "federation", "foundation", "fundacion", "fundacao"),
        *("gobierno", "government", "gouvernement", "group", "groupe", "grupo", "gruppe", "holding", "holdings"),
        *("hochschule", "hospital", "industries", "institut", "institute", "institution", "instituto", "istituto"),
        *("international", "internet", "laboratory", "labs", "library", "ministerio", "ministry", "ministere"),
        *("ministero", "ministerium", "municipality", "museum", "national", "nacional", "network", "networks"),
        *("notariat", "office", "oficina", "organisation", "organization", "parliament", "partners", "police"),
        *("polytechnic", "registro", "registry", "republic", "republica", "republik", "research", "school"),
        *("schule", "secretaria", "sociedad", "societe", "society", "software", "solutions", "stadt", "state"),
        *("stiftung", "technologies", "technology", "telecom", "union", "universidad", "universidade"),
        *("universita", "universitaet", "universitat", "universite", "universiteit", "university", "uniwersytet"),
        *("univerzita", "verein", "банк", "министерство", "общество", "университет", "центр", "агентство"),
        *("πανεπιστημιο", "υπουργειο", "universitesi", "bakanligi", "kurumu", "جامعة", "وزارة", "شركة", "אוניברסיטת"),
        # certification and machines
        *("access", "admin", "administrator", "agent", "api", "app", "application", "archive", "attestation"),
        *("authentication", "autoridade", "backup", "box", "ca", "card", "cert", "certificacion", "certificacao"),
        *("certificado", "certificat", "certificate", "certificates", "certification", "certigna", "certs", "class"),
        *("client", "cloud", "code", "communication", "communications", "computer", "controller", "core", "crl"),
        *("customer", "data", "database", "default", "demo", "desktop", "developer", "development", "device"),
        *("digital", "document", "documents", "domain", "dns", "dv", "ecc", "ecdsa", "electronic", "email", "emea"),
        *("encryption", "end", "entity", "error", "ev", "exchange", "external", "fake", "firewall"),
        *("firma", "gateway", "global", "good", "grid", "hello", "host", "http", "https", "ibm", "id", "identity"),
        *("intermediate", "internal", "issuer", "issuing", "iot", "key", "keys", "kiosk", "leaf", "legal", "level"),
        *("linux", "local", "localhost", "logon", "logging", "mail", "management", "manager", "master", "microsoft"),
        *("mobile", "model", "monitor", "name", "notary", "ocsp", "offline", "online", "open", "operations", "ov"),
        *("person", "personal", "pki", "plant", "platform", "policy", "portal", "primary", "print", "printer"),
        *("private", "product", "production", "project", "proxy", "public", "qualified", "ra", "receiver"),
        *("registration", "remote", "responder", "robot", "role", "root", "router", "rsa", "sales", "seal", "secure"),
        *(
            "security",
            "self",
            "server",
            "service",
            "services",
            "servidor",
            "servidores",
            "servicio",
            "servicios",
            "sign",
            "signature",
        ),
        *("signed", "signer", "signing", "site", "smime", "ssl", "staging", "stamp", "standard", "sub", "subject"),
        *("subordinate", "support", "switch", "system", "systems", "team", "tech", "test", "testing", "time"),
        *("timestamp", "timestamping", "tls", "token", "tool", "trust", "trusted", "tsa", "tsu", "unit", "unknown"),
        *("update", "user", "users", "validation", "validity", "version", "virtual", "vpn", "web", "website"),
        *("windows", "wireless", "wildcard", "zertifikat", "zertifizierung", "zertifizierungsstelle"),
        *("сервер", "сертификат", "тест", "удостоверяющий"),
    ]
)
ORGANISATION_PARTS = (  # scripts without spaces between words
    *(
        "公司",
        "株式会社",
        "会社",
        "大学",
        "大學",
        "銀行",
        "银行",
        "集团",
        "集團",
        "中心",
        "学校",
        "政府",
        "協会",
        "协会",
    ),
    *(
        "证书",
        "憑證",
        "認証",
        "认证",
        "测试",
        "測試",
        "机构",
        "機構",
        "部門",
        "服务",
        "服務",
        "주식회사",
        "대학교",
        "은행",
    ),
    *("인증", "센터", "기관", "테스트", "บริษัท", "มหาวิทยาลัย", "ธนาคาร", "กระทรวง"),
)
HAN_SURNAMES = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖萧蕭田董潘袁蔡蒋蔣余于杜叶葉程魏苏蘇吕呂丁任卢盧姚沈钟鍾"
    "姜崔谭譚陆陸范汪廖石金韦韋贾賈夏付方邹鄒熊白孟秦邱侯江尹薛闫閻段雷龙龍史陶贺賀毛郝顾顧龚龔邵万萬覃武钱錢戴严嚴莫孔向常"
)
HANGUL_SURNAMES = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진나지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편"
)
