"""A form as LinkedIn records one, small enough to read, and builders for others."""

from collections.abc import Sequence

from leadwire.domain.forms import Consent, FormVersion, HiddenField, Option, Question

WEBINAR = FormVersion(
    form_id="7234246",
    version=1,
    owner="urn:li:sponsoredAccount:1234567",
    name="Form with written spanish",
    state="PUBLISHED",
    locale="es_ES",
    headline="mi super gran titular",
    questions=(
        Question("107234246", "FIRST_NAME", "text", None, "Nombre", "First name", True),
        Question("307234246", "EMAIL", "text", None, "Correo electrónico", "Email address", True),
        Question(
            "707234246",
            None,
            "choice",
            None,
            "Cuál es tu color favorito",
            "Custom question 0",
            True,
            (Option("0", "Rojo"), Option("1", "Azul"), Option("4", "Verde")),
        ),
        Question("807234246", None, "text", None, "¿Dónde creciste?", "Custom question 1", True),
    ),
    consents=(Consent("0", " marque mi casilla!", None, True),),
    hidden_fields=(HiddenField("hidden_field", "abc678"), HiddenField("utm_source", "linkedin")),
)


def form(
    questions: Sequence[Question] = (),
    consents: Sequence[Consent] = (),
    hidden_fields: Sequence[HiddenField] = (),
    version: int = 1,
    reconstructed: bool = False,
) -> FormVersion:
    """A form version that is nothing but what it asks."""
    return FormVersion(
        form_id="7",
        version=version,
        owner="urn:li:organization:9",
        name="Webinar",
        state="PUBLISHED",
        questions=tuple(questions),
        consents=tuple(consents),
        hidden_fields=tuple(hidden_fields),
        reconstructed=reconstructed,
    )


def custom(id_: str, label: str | None, kind: str = "text") -> Question:
    """A question that only its label tells from others."""
    return Question(id_, None, "choice" if kind == "choice" else "text", label)
