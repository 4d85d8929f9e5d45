"""Words in five languages: field names, and people who answer forms. Names are invented combinations."""

from __future__ import annotations

from dataclasses import dataclass

LOCALES = ("en_US", "es_ES", "sv_SE", "ja_JP", "de_DE")

# predefined field -> name as the form's builder sees it, then its question text per locale in LOCALES' order.
PREDEFINED: dict[str, tuple[str, tuple[str, str, str, str, str]]] = {
    "FIRST_NAME": ("First name", ("First name", "Nombre", "Förnamn", "名", "Vorname")),
    "LAST_NAME": ("Last name", ("Last name", "Apellidos", "Efternamn", "姓", "Nachname")),
    "EMAIL": (
        "Email address",
        ("Email address", "Correo electrónico", "E-postadress", "メール", "E-Mail-Adresse"),
    ),
    "WORK_EMAIL": (
        "Work email",
        ("Work email", "Correo electrónico del trabajo", "Jobbmejl", "勤務先メール", "Geschäftliche E-Mail"),
    ),
    "PHONE_NUMBER": (
        "Phone number",
        ("Phone number", "Teléfono", "Telefonnummer", "電話番号", "Telefonnummer"),
    ),
    "WORK_PHONE_NUMBER": (
        "Work phone number",
        (
            "Work phone number",
            "Teléfono del trabajo",
            "Jobbtelefon",
            "勤務先電話番号",
            "Geschäftliche Telefonnummer",
        ),
    ),
    "LINKEDIN_PROFILE_LINK": (
        "LinkedIn profile URL",
        (
            "LinkedIn profile",
            "Perfil de LinkedIn",
            "LinkedIn-profil",
            "LinkedInプロフィール",
            "LinkedIn-Profil",
        ),
    ),
    "CITY": ("City", ("City", "Ciudad", "Ort", "市区町村", "Stadt")),
    "STATE": ("State/Province", ("State", "Provincia", "Län", "都道府県", "Bundesland")),
    "COUNTRY": ("Country/Region", ("Country", "País", "Land", "国", "Land")),
    "ZIP_CODE": ("Postal/Zip code", ("Zip code", "Código postal", "Postnummer", "郵便番号", "Postleitzahl")),
    "JOB_TITLE": ("Job title", ("Job title", "Cargo", "Jobbtitel", "役職", "Position")),
    "JOB_FUNCTION": ("Function", ("Function", "Función", "Funktion", "職種", "Funktion")),
    "SENIORITY": ("Seniority", ("Seniority", "Antigüedad", "Nivå", "職位", "Hierarchiestufe")),
    "COMPANY_NAME": ("Company name", ("Company name", "Empresa", "Företag", "会社名", "Unternehmen")),
    "COMPANY_SIZE": (
        "Company size",
        ("Company size", "Tamaño de la empresa", "Företagsstorlek", "会社規模", "Unternehmensgröße"),
    ),
    "INDUSTRY": ("Industry", ("Industry", "Sector", "Bransch", "業種", "Branche")),
    "SCHOOL": ("School", ("School", "Universidad", "Skola", "学校名", "Hochschule")),
    "DEGREE": ("Degree", ("Degree", "Titulación", "Examen", "学位", "Abschluss")),
    "FIELD_OF_STUDY": (
        "Field of study",
        ("Field of study", "Área de estudio", "Ämnesområde", "専攻", "Studienfach"),
    ),
    "START_DATE": (
        "Start date",
        ("Start date", "Fecha de inicio", "Startdatum", "入学年月", "Studienbeginn"),
    ),
    "GRADUATION_DATE": (
        "Graduation date",
        ("Graduation date", "Fecha de graduación", "Examensdatum", "卒業年月", "Abschlussdatum"),
    ),
    "GENDER": ("Gender", ("Gender", "Género", "Kön", "性別", "Geschlecht")),
    "JOB_START_DATE": (
        "Job start date",
        (
            "Job start date",
            "Fecha de inicio en el puesto",
            "Jobbets startdatum",
            "現職の開始年月",
            "Beginn der Stelle",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Tongue:
    """Where people of one locale live, work and what they say; names are (as written, in Latin letters)."""

    first: tuple[tuple[str, str], ...]
    last: tuple[tuple[str, str], ...]
    companies: tuple[str, ...]
    titles: tuple[str, ...]
    functions: tuple[str, ...]
    seniorities: tuple[str, ...]
    industries: tuple[str, ...]
    cities: tuple[tuple[str, str, str], ...]
    country: str
    dial: str
    schools: tuple[str, ...]
    degrees: tuple[str, ...]
    remarks: tuple[str, ...]


def _latin(names: str) -> tuple[tuple[str, str], ...]:
    plain = str.maketrans("áàäåéèëíïóöøúüñç", "aaaaeeeiiooouunc")
    return tuple((name, name.lower().translate(plain).replace("ß", "ss")) for name in names.split())


def _pairs(names: str) -> tuple[tuple[str, str], ...]:
    words = names.split()
    return tuple(zip(words[::2], words[1::2], strict=True))


TONGUES: dict[str, Tongue] = {
    "en_US": Tongue(
        _latin("Ada Grace Olivia James Noah Emma Liam Mia Ethan Zoë Henry Ruth Caleb Nora Isaac Chloë"),
        _latin(
            "Walker Bennett Hughes Carter Reed Foster Morgan Price O'Neill Ward Brooks Hayes Sutton Perry"
        ),
        ("Northwind Analytics", "Cedar & Pine", "Bluefield Robotics", "Harbor Health, Inc.", "Quarry Labs"),
        ("Marketing Manager", "Head of Growth", "Software Engineer", "VP, Operations", "Data Analyst", "CFO"),
        ("Marketing", "Engineering", "Operations", "Finance", "Sales", "Human Resources"),
        ("Entry", "Senior", "Manager", "Director", "VP", "Owner"),
        ("Software Development", "Hospital & Health Care", "Retail", "Manufacturing", "Education"),
        (
            ("Austin", "Texas", "73301"),
            ("Portland", "Oregon", "97035"),
            ("Boston", "Massachusetts", "02108"),
            ("Denver", "Colorado", "80014"),
        ),
        "United States",
        "+1 512 555 01",
        ("University of Texas", "Reed College", "Boston University"),
        ("BSc", "MBA", "PhD"),
        (
            "We are comparing three vendors",
            'Heard about you in the "Growth" newsletter',
            "Not sure yet",
            "Budget is approved, let's talk",
        ),
    ),
    "es_ES": Tongue(
        _latin("Lucía Martín Sofía Hugo María Álvaro Carmen Íñigo Noelia Andrés Inés Raúl"),
        _latin("García Núñez López Peña Martínez Muñoz Gómez Ibáñez Ortega Vázquez Ruiz Domínguez"),
        ("Viñedos del Norte", "Cerámica Azul S.L.", "Tecnología Mediterránea", "Energía Sol y Mar"),
        ("Directora de marketing", "Ingeniero sénior", "Responsable de ventas", "Analista de datos"),
        ("Ingeniería", "Ventas", "Operaciones", "Finanzas", "Recursos humanos"),
        ("Júnior", "Sénior", "Gerente", "Director", "Socio"),
        ("Alimentación y bebidas", "Energías renovables", "Software", "Turismo"),
        (
            ("Málaga", "Andalucía", "29001"),
            ("A Coruña", "Galicia", "15001"),
            ("Zaragoza", "Aragón", "50001"),
            ("Logroño", "La Rioja", "26001"),
        ),
        "España",
        "+34 600 00 ",
        ("Universidad de Málaga", "Universidad de Zaragoza"),
        ("Grado", "Máster", "Doctorado"),
        (
            "En un pueblo pequeño",
            "¿Podrían llamarme mañana?",
            "Crecí en la costa",
            "Necesitamos empezar en otoño",
        ),
    ),
    "sv_SE": Tongue(
        _latin("Astrid Björn Elin Göran Ingrid Håkan Linnéa Måns Saga Östen Ylva Åke"),
        _latin("Lindström Åkesson Bergqvist Sjöberg Nyström Öberg Dahlgren Hägg Wallin Forsbäck"),
        ("Norrsken Teknik AB", "Fjäll & Fjord", "Mälardalens Bygg", "Blåbär Design"),
        ("Marknadschef", "Systemutvecklare", "Inköpare", "Verkställande direktör"),
        ("Marknadsföring", "Utveckling", "Inköp", "Ledning"),
        ("Medarbetare", "Senior", "Chef", "Direktör"),
        ("Bygg och anläggning", "Programvara", "Skogsbruk"),
        (
            ("Göteborg", "Västra Götaland", "411 01"),
            ("Umeå", "Västerbotten", "903 25"),
            ("Malmö", "Skåne", "211 20"),
        ),
        "Sverige",
        "+46 70 174 06 ",
        ("Umeå universitet", "Chalmers"),
        ("Kandidat", "Master", "Doktor"),
        ("Ring gärna efter lunch", "Vi är tolv personer på kontoret", "Hälsningar från Umeå"),
    ),
    "ja_JP": Tongue(
        _pairs("陽菜 hina 蓮 ren 結衣 yui 大翔 hiroto 葵 aoi 悠真 yuma さくら sakura 健太 kenta 美咲 misaki"),
        _pairs("田中 tanaka 佐藤 sato 鈴木 suzuki 高橋 takahashi 伊藤 ito 渡辺 watanabe 山本 yamamoto"),
        ("株式会社あおぞら", "東都システム株式会社", "みなと商事", "北海食品"),
        ("マーケティング部長", "主任エンジニア", "営業担当", "代表取締役"),
        ("営業", "開発", "人事", "経営企画"),
        ("一般社員", "主任", "課長", "部長", "役員"),
        ("情報通信業", "製造業", "小売業"),
        (
            ("札幌市", "北海道", "060-0001"),
            ("横浜市", "神奈川県", "220-0011"),
            ("福岡市", "福岡県", "810-0001"),
        ),
        "日本",
        "+81 90-0000-00",
        ("北海道大学", "横浜国立大学"),
        ("学士", "修士", "博士"),
        ("資料を送ってください", "来月の導入を検討しています", "担当者からの連絡を希望します"),
    ),
    "de_DE": Tongue(
        _latin("Jürgen Käthe Lukas Ännchen Sören Heike Matthias Frieda Björn Jördis Karl Grete"),
        _latin("Müller Groß Schäfer Weiß Köhler Krüger Möller Böhm Strauß Lindner Vogt Hübner"),
        ("Schwarzwald Präzision GmbH", "Elbe & Söhne KG", "Grünstrom AG", "Käse König e.K."),
        ("Vertriebsleiterin", "Softwareentwickler", "Einkäufer", "Geschäftsführer"),
        ("Vertrieb", "Entwicklung", "Einkauf", "Geschäftsführung"),
        ("Berufseinsteiger", "Fachkraft", "Teamleitung", "Direktion"),
        ("Maschinenbau", "Energieversorgung", "Lebensmittel"),
        (
            ("Köln", "Nordrhein-Westfalen", "50667"),
            ("Gießen", "Hessen", "35390"),
            ("Lübeck", "Schleswig-Holstein", "23552"),
        ),
        "Deutschland",
        "+49 170 00000",
        ("Universität zu Köln", "TH Lübeck"),
        ("Bachelor", "Master", "Promotion"),
        ("Bitte nur per E-Mail", "Wir prüfen gerade mehrere Anbieter", "Gern nächste Woche, außer Freitag"),
    ),
}
