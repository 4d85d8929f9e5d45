"""A mail server of our own, a few lines long: what reaches it, and what is said where nothing does."""

from __future__ import annotations

import base64
import socketserver
import threading
from collections.abc import Iterator
from email import message_from_string
from email.message import EmailMessage

import pytest

from leadwire.watch.mail import Smtp
from leadwire.watch.message import NotSent


class Server(socketserver.ThreadingTCPServer):
    """A mail server of a few lines: whoever has the password may send."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.letters: list[tuple[list[str], str]] = []
        self.entered: list[str] = []
        self.answer = "250 ok"


class Session(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self.say("220 here")
        to: list[str] = []
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "EHLO":
                self.say("250-here\r\n250 AUTH PLAIN")
            elif verb == "AUTH":
                self.server.entered.append(base64.b64decode(line.split()[2]).decode())
                self.say("235 welcome")
            elif verb == "DATA":
                self.say("354 go on")
                text = b"".join(iter(self.rfile.readline, b".\r\n")).decode()
                self.server.letters.append((to, text))
                self.say(self.server.answer)
            elif verb == "RCPT":
                to.append(line.partition(":")[2])
                self.say("250 ok")
            else:
                self.say("221 bye" if verb == "QUIT" else "250 ok")
                if verb == "QUIT":
                    return

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


def letter() -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = (
        "lw@example.com",
        "ops@example.com, b@example.com",
        "An alert: é",
    )
    made.set_content("What to do: wait.\n")
    return made


def test_a_letter_reaches_a_mail_server(server: Server) -> None:
    post = Smtp(f"smtp://user%40example.com:pass%2Fword@127.0.0.1:{server.server_address[1]}")
    assert post.sender == "user@example.com"
    post(letter())
    ((to, text),) = server.letters
    assert to == ["<ops@example.com>", "<b@example.com>"]
    assert "What to do: wait." in message_from_string(text).get_payload()
    assert server.entered == ["\0user@example.com\0pass/word"]
    assert Smtp("smtps://mail.example.com?from=lw@example.com").sender == "lw@example.com"


def test_a_mail_server_that_does_not_take_it_is_no_surprise(server: Server) -> None:
    server.answer = "451 secret address ops@example.com is busy"
    with pytest.raises(NotSent, match="answered 451") as refused:
        Smtp(f"smtp://127.0.0.1:{server.server_address[1]}")(letter())
    assert "secret" not in str(refused.value)
    with pytest.raises(NotSent, match="no mail server at 127"):
        Smtp("smtp://user:password@127.0.0.1:1")(letter())
    with pytest.raises(NotSent, match="no encryption"):
        Smtp(f"smtp://user:password@0.0.0.0:{server.server_address[1]}")(letter())
