"""A worker that loses Redis in the middle of a task connects again, instead of ending over what it can't give back."""

from __future__ import annotations

from typing import Any

from kombu.transport import redis as over_redis
from kombu.transport.virtual import QoS as OfAnyBroker


class QoS(over_redis.QoS):
    """Celery cuts a lost connection off from its address before it closes it, and before tasks that ran on are done.

    What they held stays where Redis keeps what nobody has acknowledged. Nothing waits for that: PostgreSQL knows what is
    to be done, and tasks may run twice.
    """

    @property
    def is_lost(self) -> bool:
        return getattr(self.channel.connection, "client", None) is None

    def restore_unacked(self, client: Any = None) -> None:
        if not self.is_lost:
            super().restore_unacked(client)

    def ack(self, delivery_tag: Any) -> None:
        if self.is_lost:
            OfAnyBroker.ack(self, delivery_tag)
        else:
            super().ack(delivery_tag)

    def reject(self, delivery_tag: Any, requeue: bool = False) -> None:
        if self.is_lost:
            OfAnyBroker.ack(self, delivery_tag)
        else:
            super().reject(delivery_tag, requeue=requeue)


def survive_lost_broker() -> None:
    """Let every channel of this process close quietly once its connection is gone."""
    over_redis.Channel.QoS = QoS
