"""Invented people in many alphabets: nobody here exists, and every address lies in a domain reserved for examples.

Where a language has placeholder names (its "Jane Roe"), they are used.
"""

from __future__ import annotations

from typing import NamedTuple


class Person(NamedTuple):
    """Invented person. `mailbox` is an ASCII address; `wide` the same person's internationalised address, if any."""

    given: str
    family: str
    mailbox: str
    country: str
    wide: str = ""
    family_first: bool = False

    @property
    def full(self) -> str:
        """Return the name as a common name spells it."""
        if self.family_first:
            return f"{self.family}{'' if self.country in ('CN', 'TW', 'KR') else ' '}{self.given}"
        return f"{self.given} {self.family}"


JANE = Person("Jane", "Roe", "jane.roe@example.org", "IE")

LATIN = (
    Person("John", "Doe", "john.doe@example.com", "US"),
    Person("Zoë", "Grünwald", "zoe.gruenwald@example.org", "DE", "zoë.grünwald@example.org"),
    Person("Jürgen", "Weißbrodt", "j.weissbrodt@example.net", "DE", "jürgen@straße.example.net"),
    Person("Erika", "Mustermann", "erika.mustermann@example.com", "DE"),
    Person("Åsa", "Lindkvist", "asa.lindkvist@example.org", "SE", "åsa@exempel.example.org"),
    Person("Søren", "Bæksted", "soeren@example.net", "DK", "søren@example.net"),
    Person("Ragnhild", "Øverås", "ragnhild.overas@example.com", "NO"),
    Person("Þórdís", "Hrafnsdóttir", "thordis@example.org", "IS", "þórdís@example.org"),
    Person("Päivi", "Hämeenkoski", "paivi.h@example.net", "FI"),
    Person("Kätlin", "Õunapuu", "katlin.ounapuu@example.com", "EE"),
    Person("Māra", "Kalniņa", "mara.kalnina@example.org", "LV"),
    Person("Ieva", "Žukauskaitė", "ieva.z@example.net", "LT"),
    Person("Łukasz", "Gęślarz", "lukasz.geslarz@example.com", "PL", "łukasz@przykład.example.com"),
    Person("Markéta", "Dvořáčková", "marketa@example.org", "CZ"),
    Person("Ľubomír", "Šťastňanský", "lubomir@example.net", "SK"),
    Person("Eszter", "Szőllősi", "eszter.szollosi@example.com", "HU", "eszter@példa.example.com", True),
    Person("Ștefan", "Brânzaru", "stefan.branzaru@example.org", "RO"),
    Person("Ljubica", "Đorđić", "ljubica@example.net", "HR"),
    Person("Gülşen", "Yağcıoğlu", "gulsen.yagcioglu@example.com", "TR", "gülşen@örnek.example.com"),
    Person("Əfsanə", "Qəhrəmanlı", "efsane@example.org", "AZ"),
    Person("Élodie", "Bœuf-Lagrange", "elodie.boeuf@example.net", "FR", "élodie@exemple.example.net"),
    Person("Núria", "Puigdomènec", "nuria.p@example.com", "ES"),
    Person("Íñigo", "Etxezarreta", "inigo@example.org", "ES", "íñigo@example.org"),
    Person("Juana", "Pérez Muñiz", "juana.perez@example.net", "MX"),
    Person("Inês", "Gonçalves Leitão", "ines.leitao@example.com", "PT"),
    Person("João", "da Conceição Exemplo", "joao@example.org", "BR"),
    Person("Chiara", "Dell’Esempio", "chiara@example.net", "IT"),
    Person("Ġorġa", "Żammut", "gorga@example.com", "MT"),
    Person("Siân", "Llwyd-Rees", "sian.llwyd@example.org", "GB"),
    Person("Seán", "Ó Tuathaláin", "sean.o.tuathalain@example.net", "IE"),
    Person("Chloë", "van den Voorbeelt", "chloe@example.com", "NL"),
    Person("Ánh Mai", "Nguyễn Thị", "anhmai@example.org", "VN", "ánhmai@vídụ.example.org", True),
    Person("Adébọ̀wálé", "Ọlátúnjí-Àpẹẹrẹ", "adebowale@example.net", "NG"),
    Person("Nokuthula", "Mfaniso", "nokuthula@example.com", "ZA"),
    Person("Siti", "binti Contoh", "siti@example.org", "MY"),
)

GREEK = (
    Person("Ελένη", "Παπαδημούλη", "eleni@example.org", "GR", "ελένη@παράδειγμα.example.org"),
    Person("Γιώργος", "Κουρεμένος", "giorgos.kouremenos@example.net", "GR", "γιώργος@example.net"),
    Person("Ιφιγένεια", "Ταξιαρχοπούλου", "ifigeneia@example.com", "CY"),
)

CYRILLIC = (
    Person("Анна", "Берёзкина", "anna.berezkina@example.org", "KZ", "анна@пример.example.org"),
    Person("Олексій", "Їжакевич", "oleksii@example.net", "UA", "олексій@приклад.example.net"),
    Person("Алеся", "Ўзорная", "alesia@example.com", "BY"),
    Person("Милица", "Љубичић", "milica@example.org", "RS", "милица@пример.example.org"),
    Person("Ангел", "Щърбев", "angel.shtarbev@example.net", "BG"),
    Person("Ѓорѓи", "Ќосев", "gjorgji@example.com", "MK"),
    Person("Қайрат", "Әбішұлы", "kairat@example.org", "KZ"),
    Person("Мөнхцэцэг", "Жишээ", "munkhtsetseg@example.net", "MN"),
)

RIGHT_TO_LEFT = (
    Person("נועה", "אלמגור", "noa.almagor@example.org", "IL", "נועה@דוגמה.example.org"),
    Person("ישראל", "ישראלי", "israel.israeli@example.com", "IL"),
    Person("ليلى", "الحداد", "layla@example.net", "JO", "ليلى@مثال.example.net"),
    Person("عمر", "النجار", "omar.najjar@example.com", "EG"),
    Person("پریسا", "چراغی", "parisa@example.org", "IR"),
    Person("ژالہ", "قریشی", "zhala@example.net", "PK"),
    Person("އައިޝަތު", "މިސާލު", "aishath@example.com", "MV"),
)

INDIC = (
    Person("अनीता", "जोशीराव", "anita@example.org", "IN", "अनीता@उदाहरण.example.org"),
    Person("प्रकाश", "गुरुङ", "prakash@example.net", "NP"),
    Person("তানিয়া", "মজুমদার", "tania@example.com", "BD", "তানিয়া@উদাহরণ.example.com"),
    Person("ਹਰਪ੍ਰੀਤ", "ਢਿੱਲੋਂ", "harpreet@example.org", "IN"),
    Person("કિંજલ", "પટવારી", "kinjal@example.net", "IN"),
    Person("கவிதா", "முருகேசன்", "kavitha@example.com", "LK", "கவிதா@எடுத்துக்காட்டு.example.com"),
    Person("లక్ష్మి", "వెంకటరావు", "lakshmi@example.org", "IN"),
    Person("ಶೋಭಾ", "ಹೆಗಡೆ", "shobha@example.net", "IN"),
    Person("ശ്രീജ", "മേനോൻ", "sreeja@example.com", "IN"),
    Person("නිලූෂා", "පෙරේරා", "nilusha@example.org", "LK"),
)

SOUTH_EAST_ASIA = (
    Person("สมหญิง", "ใจดีงาม", "somying@example.net", "TH", "สมหญิง@ตัวอย่าง.example.net"),
    Person("ບຸນມີ", "ສີສະຫວັດ", "bounmy@example.com", "LA"),
    Person("សុភា", "ចាន់", "sophea@example.org", "KH", "", True),
    Person("မေသူ", "အောင်", "maythu@example.net", "MM"),
)

CAUCASUS_AND_HORN = (
    Person("ნინო", "ბერიკაშვილი", "nino@example.org", "GE", "ნინო@მაგალითი.example.org"),
    Person("Անի", "Հակոբջանյան", "ani@example.net", "AM", "անի@օրինակ.example.net"),
    Person("ትዕግስት", "ወልደሰንበት", "tigist@example.com", "ET"),
)

EAST_ASIA = (
    Person("小梅", "王", "xiaomei.wang@example.org", "CN", "小梅@例子.example.org", True),
    Person("四", "李", "lisi@example.net", "CN", "", True),
    Person("大文", "陳", "taiman.chan@example.com", "TW", "大文@例子.example.com", True),
    Person("花子", "山田", "hanako.yamada@example.org", "JP", "花子@例え.example.org", True),
    Person("たろう", "れいだい", "taro@example.net", "JP", "", True),
    Person("길동", "홍", "gildong.hong@example.com", "KR", "길동@실례.example.com", True),
    Person("예시", "김", "yesi.kim@example.org", "KR", "", True),
    Person("བཀྲ་ཤིས་", "སྒྲོལ་མ", "tashi@example.net", "BT"),
)

PEOPLE = (
    *LATIN,
    *GREEK,
    *CYRILLIC,
    *RIGHT_TO_LEFT,
    *INDIC,
    *SOUTH_EAST_ASIA,
    *CAUCASUS_AND_HORN,
    *EAST_ASIA,
)
"""Everybody except Jane Roe, who has her own story in the demo log."""
