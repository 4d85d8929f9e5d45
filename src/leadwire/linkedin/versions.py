"""Which API versions exist and when each ends. A retired one answers 426.

Source: learn.microsoft.com/en-us/linkedin/marketing/versioning and …/integrations/migrations; LinkedIn
keeps a version at least twelve months. There never was a 202512.
"""

from datetime import date
from typing import Final

# The last two rows follow the rule of twelve months; their dates were not announced when this was written.
SUNSETS: Final[dict[str, date]] = {
    "202508": date(2026, 8, 17),
    "202509": date(2026, 9, 15),
    "202510": date(2026, 10, 15),
    "202511": date(2026, 11, 16),
    "202601": date(2027, 1, 15),
    "202602": date(2027, 2, 15),
    "202603": date(2027, 3, 16),
    "202604": date(2027, 4, 15),
    "202605": date(2027, 5, 15),
    "202606": date(2027, 6, 15),
    "202607": date(2027, 7, 15),
    "202608": date(2027, 8, 15),
    "202609": date(2027, 9, 15),
}


def newest_known() -> str:
    """The newest version this library was written against."""
    return max(SUNSETS)


def following(version: str) -> str:
    """The version to try next: the next one known, else that of the next month."""
    later = [one for one in SUNSETS if one > version]
    if later:
        return min(later)
    year, month = int(version[:4]), int(version[4:])
    return f"{year + month // 12}{month % 12 + 1:02}"


def sunset_of(version: str) -> date | None:
    """The day on which a version ends; None for one that is not known here."""
    return SUNSETS.get(version)
