"""From a member's click on submit to the row in a page of leads that is open elsewhere, again and again.

`python -m tests.browser.submissions --times 50 --out FILE` prints p50 and p95, and writes every figure.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.browser.people import Desk, a_browser, at_a_desk, build_form, connect, fill_in, form_of

GOAL = 1.0  # seconds, p95


def submit_again_and_again(desk: Desk, form: str, times: int, tag: str = "m") -> list[float]:
    """Seconds from each click to its row; the page of leads is never loaded again."""
    leads = desk.opens("/leads")
    leads.evaluate("window.never_loaded_again = true")
    member, took = None, []
    for number in range(times):
        mail = f"{tag}{number}@example.com"
        member = fill_in(desk, form, mail, member)
        button = member.locator("form.member button.first")
        began = time.monotonic()
        button.click(no_wait_after=True)
        leads.get_by_text(mail, exact=True).wait_for()
        took.append(time.monotonic() - began)
        member.wait_for_load_state()
    assert leads.evaluate("window.never_loaded_again")
    return took


def summary(took: Sequence[float]) -> dict[str, object]:
    """p50 and p95 in seconds, and every figure."""
    ordered = sorted(took)
    return {
        "submissions": len(took),
        "p50": round(statistics.median(took), 3),
        "p95": round(ordered[max(0, -(-len(ordered) * 95 // 100) - 1)], 3),
        "most": round(ordered[-1], 3),
        "goal_p95": GOAL,
        "seconds": [round(one, 3) for one in took],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--out", type=Path, default=None, help="a JSON file")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        a_browser() as browser,
        at_a_desk(Path(folder), browser) as desk,
    ):
        connect(desk)
        found = summary(submit_again_and_again(desk, form_of(build_form(desk, "Measured")), given.times))
        assert not desk.complaints, desk.complaints
    print(
        f"click to row over {found['submissions']}: p50 {found['p50']} s, p95 {found['p95']} s, most {found['most']} s"
    )
    if given.out:
        given.out.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
