"""Handing a parcel to a user's webhook, signed as the Standard Webhooks specification says.

The receiver joins `webhook-id`, `webhook-timestamp` and the body with dots, takes the HMAC-SHA256 under the shared secret, and
compares. The id stays the same over all attempts, so that it can drop repeats.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
import time
from concurrent.futures import ThreadPoolExecutor

import httpx2

from core.errors import UserError
from profiles.llm.transport import CheckedTransport
from profiles.notifications.parcel import Parcel, Undelivered

PREFIX = "whsec_"
STEP_SECONDS, WHOLE_SECONDS = 10.0, 20.0
GONE = 410


def secret_make() -> str:
    """A new secret, as the specification spells them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """What proves that a request comes from us and was not changed on its way."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def headers_of(parcel: Parcel, body: bytes, timestamp: int) -> dict[str, str]:
    message_id = f"msg_{parcel.notification_id}"
    return {
        "content-type": "application/json",
        "user-agent": "tradelab-webhook",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(parcel.secret, message_id, timestamp, body),
    }


def post(parcel: Parcel) -> int:
    """Send a parcel and return the receiver's status, a 2xx. Raises Undelivered. Holds no transaction."""
    body = parcel.as_json()
    headers = headers_of(parcel, body, int(time.time()))
    # In a thread of its own, since the caller's may have a loop already.
    with ThreadPoolExecutor(1) as pool:
        try:
            status = pool.submit(asyncio.run, exchange(parcel.to, body, headers)).result()
        except UserError as refused:
            raise Undelivered(refused.message, is_final=True) from None
        except TimeoutError:
            raise Undelivered(f"No answer within {WHOLE_SECONDS:.0f} seconds.") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise Undelivered(f"No connection: {str(error) or type(error).__name__}") from None
    if 200 <= status < 300:
        return status
    raise refused_with(status)


async def exchange(url: str, body: bytes, headers: dict[str, str]) -> int:
    # Neither redirects nor proxies of the environment: both would lead past the check of the address.
    client = httpx2.AsyncClient(
        transport=CheckedTransport(trust_env=False),
        follow_redirects=False,
        trust_env=False,
        timeout=STEP_SECONDS,
    )
    # Nothing of the answer is read but its status: nobody looks into our network through its words.
    async with (
        asyncio.timeout(WHOLE_SECONDS),
        client,
        client.stream("POST", url, content=body, headers=headers) as answer,
    ):
        return answer.status_code


def refused_with(status: int) -> Undelivered:
    if 300 <= status < 400:
        message = f"The receiver redirects elsewhere (status {status}); that is not followed."
        return Undelivered(message, status=status, is_final=True)
    if status == GONE:
        return Undelivered("The receiver says that it is gone (status 410).", status=status, is_final=True)
    return Undelivered(f"The receiver answered with status {status}.", status=status)
