"""LinkedIn down for forty minutes; `make outage` tells it with 200 accounts and six hours."""

from contextlib import closing
from pathlib import Path

from tests.databases import SqliteHomes
from tests.tokens.outage import Crowd, tell


def test_an_outage_is_probed_gently_and_over_within_a_quarter_of_an_hour(
    sqlite_homes: SqliteHomes, tmp_path: Path
) -> None:
    with sqlite_homes.home(tmp_path / "h") as home, closing(Crowd(home, tmp_path)) as rig:
        told = tell(rig, 20, 40)
    assert told.probes <= 1
    assert told.most_in_ten <= 1
    assert told.normal_after <= 15
    assert told.storm <= 2 * told.accounts
    assert told.missing == 0
