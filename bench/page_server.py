"""A static LinkedIn: pre-encoded leads behind the lead finder, as fast as plain asyncio serves them.

`python -m bench.page_server LEADS` prints its port and serves until its standard input closes.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from email.utils import formatdate
from urllib.parse import parse_qs

FORM_ID, QUESTIONS = 7234246, 8
OWNER = "urn:li:sponsoredAccount:1234567"
FIRST_AT, STEP = 1_790_000_000_000, 1_000
PREDEFINED = ("FIRST_NAME", "LAST_NAME", "EMAIL", "JOB_TITLE", "JOB_FUNCTION", "WORK_EMAIL")


def form() -> dict[str, object]:
    """Six predefined questions, one multiple choice, one custom text, one consent, two hidden fields."""
    questions: list[dict[str, object]] = [
        {
            "questionId": 100 + i,
            "question": {"localized": {"en_US": field.title()}},
            "name": field.lower(),
            "predefinedField": field,
            "responseRequired": True,
            "responseEditable": True,
            "questionDetails": {"textQuestionDetails": {"maxResponseLength": 300}},
        }
        for i, field in enumerate(PREDEFINED)
    ]
    choices = [{"id": i, "text": {"localized": {"en_US": text}}} for i, text in enumerate(("Red", "Blue"))]
    questions.append(
        {
            "questionId": 106,
            "question": {"localized": {"en_US": "Favourite colour"}},
            "name": "Custom question 0",
            "questionDetails": {"multipleChoiceQuestionDetails": {"options": choices}},
        }
    )
    questions.append(
        {
            "questionId": 107,
            "question": {"localized": {"en_US": "Where did you grow up?"}},
            "name": "Custom question 1",
            "questionDetails": {"textQuestionDetails": {"maxResponseLength": 300}},
        }
    )
    return {
        "id": FORM_ID,
        "versionId": 1,
        "name": "Benchmark form",
        "state": "PUBLISHED",
        "owner": {"sponsoredAccount": OWNER},
        "creationLocale": {"country": "US", "language": "en"},
        "created": FIRST_AT,
        "lastModified": FIRST_AT,
        "hiddenFields": [
            {"name": "utm_source", "value": "linkedin"},
            {"name": "campaign", "value": "spring"},
        ],
        "content": {
            "headline": {"localized": {"en_US": "Benchmark"}},
            "questions": questions,
            "legalInfo": {
                "legalInfoId": 1,
                "privacyPolicyUrl": "https://example.com/p",
                "consents": [
                    {"id": 0, "checkRequired": True, "consent": {"localized": {"en_US": "I agree"}}}
                ],
            },
        },
    }


def lead(number: int) -> bytes:
    """One lead; a higher number is an older lead."""
    texts = (
        "Ada",
        "Lovelace",
        f"ada{number}@example.com",
        "Senior Engineer",
        "Engineering",
        f"w{number}@example.com",
    )
    answers: list[dict[str, object]] = [
        {"answerDetails": {"textQuestionAnswer": {"answer": text}}, "questionId": 100 + i}
        for i, text in enumerate(texts)
    ]
    answers.append({"answerDetails": {"multipleChoiceAnswer": {"options": [number % 2]}}, "questionId": 106})
    answers.append({"answerDetails": {"textQuestionAnswer": {"answer": "London"}}, "questionId": 107})
    return json.dumps(
        {
            "owner": {"sponsoredAccount": OWNER},
            "submitter": "urn:li:person:BcLKblgopR",
            "leadType": "SPONSORED",
            "leadMetadata": {"sponsoredLeadMetadata": {"campaign": "urn:li:sponsoredCampaign:198356826"}},
            "versionedLeadGenFormUrn": f"urn:li:versionedLeadGenForm:(urn:li:leadGenForm:{FORM_ID},1)",
            "id": f"249592fc-d272-44ba-a7db-{number:012d}-6",
            "submittedAt": FIRST_AT - number * STEP,
            "testLead": False,
            "associatedEntity": {"associatedCreative": "urn:li:sponsoredCreative:241257736"},
            "formResponse": {"consentResponses": [{"accepted": True, "consentId": 0}], "answers": answers},
        }
    ).encode()


async def serve(leads: list[bytes]) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                query = parse_qs(head.split(b" ", 2)[1].decode().partition("?")[2])
                start, count = int(query["start"][0]), int(query["count"][0])
                paging = f'{{"paging":{{"start":{start},"count":{count},"links":[],"total":{len(leads)}}},"elements":['
                body = b"".join((paging.encode(), b",".join(leads[start : start + count]), b"]}"))
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: %b\r\nContent-Length: %d\r\n\r\n%b"
                    % (formatdate(usegmt=True).encode(), len(body), body)
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, limit=2**20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)  # open connections are the bench's own


if __name__ == "__main__":
    asyncio.run(serve([lead(number) for number in range(int(sys.argv[1]))]))
