"""Messages as e-mail: plain text, to everybody who is to be told, over one mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

from leadwire.domain.times import SECOND, Millis, iso
from leadwire.watch.message import Message, NotSent, Told

WITHIN = 15.0  # seconds for each step of the conversation
PORTS = {"smtp": 587, "smtps": 465}
LOCAL = ("localhost", "127.0.0.1", "::1")
SUBJECT = 150
EVENTS = {"opened": "", "raised": "again: ", "closed": "over: "}

# Hands a letter to a mail server. NotSent.
Post = Callable[[EmailMessage], None]


class Letters:
    """Writes letters and posts them. `host` stands in what names a letter: its id, and its sender where none is set."""

    def __init__(self, to: Sequence[str], sender: str, host: str, post: Post) -> None:
        self._to, self._sender, self._host, self._post = to, sender or f"leadwire@{host}", host, post

    def __call__(self, message: Message, now: Millis) -> None:
        letter = EmailMessage()
        letter["From"], letter["To"] = self._sender, ", ".join(self._to)
        letter["Subject"] = _subject(message)
        letter["Date"] = format_datetime(datetime.fromtimestamp(message.at / SECOND, UTC))
        letter["Message-ID"] = f"<{message.id}@{self._host}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content("\n".join(_lines(message)))
        self._post(letter)


class Smtp:
    """A mail server: `smtp://user:password@host:port` (STARTTLS where the server offers it) or `smtps://` (TLS from
    the first byte). A password never travels in the clear, but to this machine.
    """

    def __init__(self, url: str, within: float = WITHIN, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        self._secure, self._host = parts.scheme == "smtps", parts.hostname or ""
        self._port = parts.port or PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._within, self._tls = within, tls or ssl.create_default_context()
        named = parse_qs(parts.query).get("from", [""])[0]
        self.sender = named or (self._user if "@" in self._user else "")

    def __call__(self, letter: EmailMessage) -> None:
        try:
            with self._connect() as server:
                self._enter(server)
                server.send_message(letter)
        except smtplib.SMTPResponseException as error:  # the server's text may quote an address
            raise NotSent(f"the mail server answered {error.smtp_code}") from None
        except smtplib.SMTPRecipientsRefused as error:
            codes = sorted({code for code, _ in error.recipients.values()})
            raise NotSent(f"the mail server refused every address ({', '.join(map(str, codes))})") from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(f"no mail server at {self._host}:{self._port} ({type(error).__name__})") from None

    def _connect(self) -> smtplib.SMTP:
        if self._secure:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=self._within, context=self._tls)
        return smtplib.SMTP(self._host, self._port, timeout=self._within)

    def _enter(self, server: smtplib.SMTP) -> None:
        server.ehlo()
        secure = self._secure
        if not secure and server.has_extn("starttls"):
            server.starttls(context=self._tls)
            server.ehlo()
            secure = True
        if self._user and not secure and self._host not in LOCAL:
            raise NotSent("the mail server offers no encryption, so the password was not sent")
        if self._user:
            server.login(self._user, self._password)


def _subject(message: Message) -> str:
    if len(message.told) > 1:
        return f"[Leadwire] {len(message.told)} changes of alerts in {message.workspace}"
    one = message.told[0]
    text = f"{EVENTS[one.notice.kind]}{one.alert.message}"
    cut = text if len(text) <= SUBJECT else f"{text[: SUBJECT - 1]}…"
    return f"[Leadwire] {one.alert.severity}: {' '.join(cut.split())}"


def _lines(message: Message) -> Iterator[str]:
    for one in message.told:
        yield from _about(message, one)
        yield ""
    yield f"Workspace {message.workspace} · all alerts: {message.base}/alerts"


def _about(message: Message, one: Told) -> Iterator[str]:
    alert = one.alert
    yield f"{EVENTS[one.notice.kind].capitalize()}{alert.message}"
    if one.notice.kind != "closed":
        yield f"What to do: {alert.remedy}"
        yield f"Where: {message.url(alert)}"
    yield f"{alert.severity}, {alert.code}, {alert.object}, since {iso(alert.since)}"
