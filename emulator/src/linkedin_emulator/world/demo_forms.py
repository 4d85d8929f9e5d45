"""The forms of the demo: five languages, every kind of question, several versions, odd but legal members."""

from __future__ import annotations

from dataclasses import dataclass, field

from linkedin_emulator.protocol.wire import Json
from linkedin_emulator.world.drafting import Draft

MAIN, VIEWED, ROLELESS, CLOSED, TEST, PAGE, OTHER_PAGE = (
    1234567,
    5678910,
    5678912,
    5678913,
    5678914,
    11223344,
    11223355,
)
_MAIN_ADS = ["urn:li:sponsoredCreative:241257736", "urn:li:sponsoredCreative:241257737"]


@dataclass(frozen=True, slots=True)
class DemoForm:
    """A form with its versions, oldest first, and how many leads are spread over them."""

    id: int
    owner: int
    name: str
    locale: str
    versions: list[Draft]
    lead_type: str = "SPONSORED"
    entities: list[str] = field(default_factory=list)
    leads: int = 0
    test_leads: int = 0
    state: str = "PUBLISHED"
    raw: dict[str, Json] = field(default_factory=dict)


def _fields(*names: str) -> list[dict[str, Json]]:
    return [{"predefined": name} for name in names]


_SPANISH: Draft = {
    "headline": "mi super gran titular",
    "description": "Mis detalles de súper gran oferta!",
    "thanks": "muchas gracias!",
    "hidden_fields": {"hidden_field": "abc678", "campo_escondido": "def789"},
    "questions": [
        *_fields("FIRST_NAME", "LAST_NAME", "EMAIL", "JOB_TITLE", "JOB_FUNCTION", "WORK_EMAIL"),
        {"text": "Cuál es tu color favorito", "options": ["Rojo", "Azul"]},
        {"text": "¿Dónde creciste?"},
    ],
    "consents": [{"text": " marque mi casilla de verificación personalizada!", "required": True}],
}
_SWEDISH: Draft = {
    "headline": "rubrik",
    "description": "testar svenska",
    "thanks": "tack",
    "questions": _fields("FIRST_NAME", "EMAIL"),
}
_WEBINAR_CONSENTS: list[dict[str, Json]] = [
    {"id": 1, "text": "I agree to be contacted", "label": "I agree to be contacted", "required": True},
    {"id": 2, "text": "Send me the newsletter"},
]
_WEBINAR_HIDDEN = {"utm_source": "linkedin", "utm_campaign": ""}
_WEBINAR: list[Draft] = [
    {
        "headline": "Join the webinar",
        "hidden_fields": _WEBINAR_HIDDEN,
        "questions": [
            *_fields("FIRST_NAME", "LAST_NAME", "EMAIL"),
            {"text": "What should we talk about?", "required": False},
        ],
    },
    {
        "headline": "Join the webinar",
        "hidden_fields": _WEBINAR_HIDDEN,
        "consents": _WEBINAR_CONSENTS,
        "questions": [
            *_fields("FIRST_NAME", "LAST_NAME", "EMAIL", "COMPANY_NAME"),
            {"text": "What should we talk about?", "required": False},
            {
                "text": "Team size",
                "label": "team_size",
                "options": ["1-10", "11-50"],
                "option_ids": [0, 1],
                "required": False,
            },
        ],
    },
    {
        "headline": "Join the webinar (new date)",
        "hidden_fields": _WEBINAR_HIDDEN,
        "consents": _WEBINAR_CONSENTS,
        "questions": [
            {"predefined": "FIRST_NAME", "name": "firstName", "label": "First name"},
            {"predefined": "LAST_NAME", "name": "lastName", "label": "Last name"},
            *_fields("EMAIL", "COMPANY_NAME", "COMPANY_SIZE", "SENIORITY"),
            {
                "text": "Team size",
                "label": "team_size",
                "options": ["1-10", "11-50", "51+"],
                "option_ids": [0, 1, 4],
            },
            {"predefined": "SOME_FUTURE_FIELD", "text": "Pronouns", "label": "Pronouns", "required": False},
        ],
    },
]
_JAPANESE: Draft = {
    "headline": "資料ダウンロード",
    "thanks": "ありがとうございました",
    "questions": [
        *_fields(
            "LAST_NAME", "FIRST_NAME", "WORK_EMAIL", "COMPANY_NAME", "JOB_TITLE", "STATE", "CITY", "ZIP_CODE"
        ),
        {"text": "導入予定時期", "options": ["3か月以内", "半年以内", "未定"]},
        {"text": "ご質問・ご要望", "required": False},
    ],
    "consents": [{"text": "個人情報の取り扱いに同意します", "required": True}],
}
_GERMAN: Draft = {
    "headline": "Angebot anfordern",
    "description": "Wir melden uns innerhalb eines Werktags.",
    "thanks": "Vielen Dank!",
    "hidden_fields": {"quelle": "linkedin", "Größe": "A4 & größer"},
    "questions": [
        *_fields(
            "FIRST_NAME",
            "LAST_NAME",
            "WORK_EMAIL",
            "WORK_PHONE_NUMBER",
            "COMPANY_NAME",
            "INDUSTRY",
            "COUNTRY",
        ),
        {"predefined": "LINKEDIN_PROFILE_LINK", "required": False},
        {
            "text": "Welche Produkte interessieren Sie?",
            "options": ["Sensoren", "Prüfstände", "Wartung", "Sonstiges"],
        },
        {"text": "Ihre Nachricht", "required": False},
    ],
    "consents": [
        {"text": "Ich stimme der Kontaktaufnahme zu.", "required": True},
        {"text": "Newsletter abonnieren", "required": False},
    ],
}
_SCHOOL: Draft = {
    "headline": "Graduate programme",
    "questions": _fields(
        "FIRST_NAME", "LAST_NAME", "EMAIL", "PHONE_NUMBER", "SCHOOL", "DEGREE", "CITY", "STATE"
    ),
}
_CONTACT: Draft = {
    "headline": "Contact us",
    "hidden_fields": {"Entity name": "Highlander Cranberries LLC"},
    "questions": [
        {"predefined": "FIRST_NAME", "name": "firstName"},
        {"predefined": "LAST_NAME", "name": "lastName"},
        {"predefined": "EMAIL", "name": "email"},
    ],
}
_BARE: Draft = {
    "headline": "資料ダウンロード",
    "questions": [{"predefined": "EMAIL", "max_length": None}],
    "review_status": "",
    "thanks": "",
}
_REJECTED: dict[str, Json] = {
    "reviewInfo": {
        "reviewStatus": "REJECTED",
        "rejectionReasons": ["MISSING_PRIVACY_POLICY", "NONFUNCTIONAL_SITE"],
        "lastUpdated": 1787057842315,
    }
}

FORMS: tuple[DemoForm, ...] = (
    DemoForm(
        7157016,
        MAIN,
        "Graduate programme 2026",
        "en_US",
        [_SCHOOL],
        entities=_MAIN_ADS,
        leads=24,
        state="ARCHIVED",
    ),
    DemoForm(
        7234246,
        MAIN,
        "Form with written spanish",
        "es_ES",
        [_SPANISH],
        entities=_MAIN_ADS,
        leads=70,
        test_leads=2,
    ),
    DemoForm(7992706, MAIN, "swedish - Jul 26, 2023", "sv_SE", [_SWEDISH], entities=_MAIN_ADS, leads=40),
    DemoForm(8800001, MAIN, "bare", "ja_JP", [_BARE], state="DRAFT"),
    DemoForm(9120033, MAIN, "資料請求フォーム", "ja_JP", [_JAPANESE], entities=_MAIN_ADS, leads=45),
    DemoForm(
        11780444,
        MAIN,
        "Webinar Q3",
        "en_US",
        _WEBINAR,
        entities=_MAIN_ADS,
        leads=120,
        test_leads=3,
        raw=_REJECTED,
    ),
    DemoForm(
        11780555,
        VIEWED,
        "Angebot anfordern",
        "de_DE",
        [_GERMAN],
        entities=["urn:li:sponsoredCreative:241257738", "urn:li:sponsoredCreative:241257739"],
        leads=60,
        test_leads=1,
    ),
    DemoForm(
        11780666,
        ROLELESS,
        "Nordic interest",
        "sv_SE",
        [_SWEDISH],
        entities=["urn:li:sponsoredCreative:241257740"],
        leads=12,
    ),
    DemoForm(
        11780777,
        CLOSED,
        "Old offer",
        "en_US",
        [_SCHOOL],
        entities=["urn:li:sponsoredCreative:241257742"],
        leads=8,
    ),
    DemoForm(
        11780888,
        TEST,
        "Test form",
        "en_US",
        [_SCHOOL],
        entities=["urn:li:sponsoredCreative:241257744"],
        test_leads=4,
    ),
    DemoForm(
        6955637458260688897,
        PAGE,
        "LeadGen form for Highlander Cranberries LLC",
        "en_US",
        [_CONTACT],
        lead_type="COMPANY",
        leads=18,
    ),
    DemoForm(
        6955637458260688898,
        PAGE,
        "Cranberry Harvest Day registration",
        "en_US",
        [_CONTACT],
        lead_type="EVENT",
        entities=["urn:li:event:6789"],
        leads=30,
        test_leads=1,
    ),
)
