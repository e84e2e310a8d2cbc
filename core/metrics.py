"""What the house measures about itself, over all its processes, in Prometheus's words.

A room registers its own: a gauge is read when somebody asks; counters, histograms and levels add up in Redis.

    gauge("queue_depth", "Tasks that wait.", read_depths, labels=("queue",))
    ERRORS = counter("llm_errors", "Failed attempts.", labels=("code",));  ERRORS.add(code="timeout")
    STEPS = histogram("step_seconds", "…", buckets=(0.01, 0.1, 1));  STEPS.observe(0.02)
    STREAMS = level("streams", "Open event streams.");  STREAMS.set(3)  # of this process
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

import redis
from django.db import DatabaseError, connection, transaction
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from core import tally
from core.rls import become_staff

logger = logging.getLogger(__name__)

PREFIX = "tradelab_"
SEPARATOR = "\x1f"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
READ_TIMEOUT_MS = 3000

# None: there is nothing to tell now, which is not 0. A mapping's keys are values of the label, or tuples of all labels'.
Reading = float | Mapping[Any, float] | None


class Metric(ABC):
    """A named measure; `labels` are the names of what it is told apart by."""

    def __init__(self, name: str, about: str, labels: Sequence[str]) -> None:
        if name in METRICS:
            raise ValueError(f"The metric {name} is registered twice.")
        self.name, self.about, self.labels = name, about, tuple(labels)
        self.key = f"metrics:{name}"
        METRICS[name] = self

    @abstractmethod
    def family(self) -> Family:
        """Its present values."""

    def field(self, labels: Mapping[str, str]) -> str:
        if set(labels) != set(self.labels):
            raise ValueError(f"{self.name} wants the labels {self.labels}, found {tuple(labels)}.")
        return SEPARATOR.join(labels[name] for name in self.labels)


METRICS: dict[str, Metric] = {}


class Gauge(Metric):
    def __init__(self, name: str, about: str, read: Callable[[], Reading], labels: Sequence[str]) -> None:
        super().__init__(name, about, labels)
        self.read = read

    def family(self) -> Family:
        family = GaugeMetricFamily(PREFIX + self.name, self.about, labels=self.labels)
        found = self.read()
        if isinstance(found, Mapping):
            for labels, value in found.items():
                family.add_metric([labels] if isinstance(labels, str) else labels, value)
        elif found is not None:
            family.add_metric([], found)
        return family


class Counter(Metric):
    def add(self, amount: float = 1, /, **labels: str) -> None:
        """Count; it is sent to Redis within a second."""
        tally.add(self.key, self.field(labels), amount)

    def family(self) -> Family:
        family = CounterMetricFamily(PREFIX + self.name, self.about, labels=self.labels)
        rows = tally.counted(self.key) or ({} if self.labels else {"": 0.0})
        for field, value in sorted(rows.items()):
            family.add_metric(field.split(SEPARATOR) if self.labels else [], value)
        return family


class Histogram(Metric):
    def __init__(self, name: str, about: str, labels: Sequence[str], buckets: Sequence[float]) -> None:
        super().__init__(name, about, labels)
        self.buckets = tuple(buckets)
        self.edges = [*(f"{edge:g}" for edge in self.buckets), "+Inf"]

    def observe(self, value: float, /, *, count: int = 1, **labels: str) -> None:
        """Count `count` observations of the same value."""
        field = self.field(labels)
        edge = self.edges[bisect_left(self.buckets, value)]
        tally.add(self.key, f"{field}{SEPARATOR}{edge}", count)
        tally.add(self.key, f"{field}{SEPARATOR}sum", value * count)

    def family(self) -> Family:
        family = HistogramMetricFamily(PREFIX + self.name, self.about, labels=self.labels)
        rows: dict[str, dict[str, float]] = {}
        for key, value in tally.counted(self.key).items():
            field, _, edge = key.rpartition(SEPARATOR)
            rows.setdefault(field, {})[edge] = value
        for field, counts in sorted(rows.items()):
            sums = accumulate(counts.get(edge, 0.0) for edge in self.edges)
            labels = field.split(SEPARATOR) if self.labels else []
            family.add_metric(labels, list(zip(self.edges, sums, strict=True)), counts.get("sum", 0.0))
        return family


class Level(Metric):
    def set(self, value: float) -> None:
        """Tell what this process holds now; a process that is killed is forgotten after ten minutes."""
        tally.set_level(self.key, value)

    def family(self) -> Family:
        return GaugeMetricFamily(PREFIX + self.name, self.about, value=tally.levels(self.key))


def gauge(name: str, about: str, read: Callable[[], Reading], *, labels: Sequence[str] = ()) -> Gauge:
    """Register what `read` finds when asked. It runs in a read-only transaction that sees all users' rows, within 3 s."""
    return Gauge(name, about, read, labels)


def counter(name: str, about: str, *, labels: Sequence[str] = ()) -> Counter:
    return Counter(name, about, labels)


def histogram(
    name: str, about: str, *, labels: Sequence[str] = (), buckets: Sequence[float] = SECONDS
) -> Histogram:
    return Histogram(name, about, labels, buckets)


def level(name: str, about: str) -> Level:
    """Register what every process holds of something; they add up."""
    return Level(name, about, ())


class AllMetrics(Collector):
    """Reads every registered metric; one that can't be read is left out and said so."""

    def collect(self) -> Iterator[Family]:
        failed = GaugeMetricFamily(
            f"{PREFIX}metric_unreadable", "Metrics that could not be read.", labels=["metric"]
        )
        for metric in METRICS.values():
            try:
                yield self.read(metric)
            except (redis.RedisError, DatabaseError) as error:
                logger.warning("the metric %s can't be read: %s", metric.name, error)
                failed.add_metric([metric.name], 1)
        yield failed

    def read(self, metric: Metric) -> Family:
        if not isinstance(metric, Gauge):
            return metric.family()
        with transaction.atomic():  # a savepoint: one that fails leaves the others their transaction
            return metric.family()


def exposition() -> bytes:
    """All metrics in Prometheus's text format."""
    registry = CollectorRegistry()
    with transaction.atomic():
        become_staff()
        with connection.cursor() as cursor:
            cursor.execute(
                f"SET LOCAL statement_timeout = {READ_TIMEOUT_MS}; SET LOCAL transaction_read_only = on"
            )
        registry.register(AllMetrics())
        return generate_latest(registry)
