"""What people are told of, and by which ways."""

from __future__ import annotations

from django.db import models


class Kind(models.TextChoices):
    RUN_FINISHED = "run_finished", "Run finished"
    RUN_FAILED = "run_failed", "Run failed"
    RUN_PAUSED = "run_paused", "Run paused"
    BREAKER_FIRED = "breaker_fired", "Trading stopped by a limit"
    SCHEDULE_MISSED = "schedule_missed", "Schedule missed"
    FEED_DOWN = "feed_down", "Feed down"
    TEST = "test", "Test"


class Channel(models.TextChoices):
    INBOX = "inbox", "Inbox"
    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "Webhook"


CHOSEN_KINDS = tuple(kind for kind in Kind if kind != Kind.TEST)  # a test goes all ways that there are
MEANING: dict[Kind, str] = {
    Kind.RUN_FINISHED: "It has walked through all of its bars.",
    Kind.RUN_FAILED: "Something went wrong, and it can't go on.",
    Kind.RUN_PAUSED: "A budget is used up, or its language model can't be asked.",
    Kind.BREAKER_FIRED: "A rule or your profile stopped trading until the session ends; once a run and limit.",
    Kind.SCHEDULE_MISSED: "A run should have started by itself and did not.",
    Kind.FEED_DOWN: "A live run gets no bars, and opens nothing until they come again.",
}


def usual_channels(kind: Kind) -> tuple[Channel, ...]:
    """Until somebody chooses otherwise; good news of many runs would fill a mailbox."""
    return tuple(channel for channel in Channel if kind != Kind.RUN_FINISHED or channel is not Channel.EMAIL)
