"""What machines ask: is the process there, is the database there, and the numbers over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from leadwire.domain.times import utc_day
from leadwire.web.auth import Wired
from leadwire.web.services import Services

AT_MOST = 1_000  # due items counted per shard

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def readyz(services: Wired) -> Response:
    """The database answers; else 503."""
    services.store.deployment.ping()
    return JSONResponse({"status": "ok"})


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Totals over all workspaces; no workspace, account or member is named."""
    registry: CollectorRegistry = request.app.state.registry
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class Numbers(Collector):
    """Read from the database at each scrape, so that all processes say the same."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterable[Metric]:
        """What is, or was done by all processes: never what this one did."""
        leads: Counter[str] = Counter()
        runs: Counter[str] = Counter(queued=0, running=0)
        quarantined = repaired = 0
        for info in self._services.store.deployment.all_workspaces():
            with self._services.store.workspace(info.id).read() as tx:
                for count in tx.leads.counts():
                    leads.update(live=count.total - count.deleted, deleted=count.deleted)
                runs.update(run.state for run in tx.runs.open())
                quarantined += tx.quarantine.count()
                repaired += tx.certificates.repaired()
        yield _by("leadwire_leads", "Leads stored", "state", {"live": 0, "deleted": 0, **leads})
        yield _by("leadwire_runs_open", "Runs not yet ended", "state", runs)
        yield GaugeMetricFamily("leadwire_quarantine_open", "Open quarantine", value=quarantined)
        text = "Leads that a reconciliation found lost and stored"
        yield CounterMetricFamily("leadwire_reconcile_repaired", text, value=repaired)
        yield from self._work()

    def describe(self) -> Iterable[Metric]:
        """Nothing: to ask would mean to read the database before anybody scrapes."""
        return ()

    def _work(self) -> Iterator[Metric]:
        desk, now = self._services.store.deployment, self._services.now()
        calls = {one.endpoint: one.count for one in desk.calls(utc_day(now)) if one.member == ""}
        yield _by("leadwire_linkedin_calls_today", "Calls to LinkedIn in this UTC day", "endpoint", calls)
        due = sum(len(desk.due(shard, now, AT_MOST)) for shard, _ in desk.due_shards(now))
        yield _by("leadwire_inbox", "Pushes not done with", "state", desk.inbox_counts())
        yield GaugeMetricFamily("leadwire_due_items", "Scheduled work that is due", value=due)


def registry(services: Services) -> CollectorRegistry:
    """The numbers of one deployment; nothing global."""
    made = CollectorRegistry(auto_describe=False)
    made.register(Numbers(services))
    return made


def _by(name: str, text: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in sorted(values.items()):
        family.add_metric([value], number)
    return family
