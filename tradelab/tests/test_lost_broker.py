from __future__ import annotations

from uuid import uuid4

from tradelab.celery import app


def test_a_lost_connection_closes_quietly_with_a_task_in_hand() -> None:
    connection = app.connection_for_read()
    queue = connection.SimpleQueue(f"lost-{uuid4().hex}")
    queue.put({"a": "task"})
    message = queue.get(timeout=5)
    channel = message.channel
    assert channel is not None
    assert channel.qos._delivered, "not acknowledged yet"
    connection._do_close_transport()  # as Celery leaves it before it closes what is lost
    channel.close()
    assert channel.closed
    message.ack()  # by a thread that went on with its task


def test_a_connection_that_is_there_gives_back_what_it_holds() -> None:
    name = f"kept-{uuid4().hex}"
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue(name)
        queue.put({"a": "task"})
        channel = queue.get(timeout=5).channel
        assert channel is not None
        channel.close()
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue(name)
        message = queue.get(timeout=5)
        assert message.payload == {"a": "task"}
        message.ack()
