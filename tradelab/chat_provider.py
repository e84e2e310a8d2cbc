"""A provider for measurements: every first token says, in letters, when it was sent. `python -m tradelab.chat_provider`."""

from __future__ import annotations

import asyncio
import json
import time

FIRST_TOKEN_SECONDS = 5.0  # so that whoever watches is there before it
DIGITS, LETTERS = "0123456789.", "abcdefghijk"
SPELLED = str.maketrans(DIGITS, LETTERS)
READ = str.maketrans(LETTERS, DIGITS)
WORDS = 40
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"


def spelled(moment: float) -> str:
    """A time as a word without digits, which no check of numbers takes for one."""
    return f"{moment:.4f}".translate(SPELLED)


def read(word: str) -> float:
    return float(word.translate(READ))


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pace: float) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    await reader.readexactly(length)
    writer.write(HEAD)
    await writer.drain()
    await asyncio.sleep(FIRST_TOKEN_SECONDS)
    try:
        for word in range(WORDS):
            chunk(writer, {"content": f"{spelled(time.time())} " if word == 0 else "word "})
            await writer.drain()
            await asyncio.sleep(pace)
        chunk(writer, {}, "stop")
        writer.write(b"data: [DONE]\n\n")
        await writer.drain()
    except ConnectionError:
        pass  # whoever asked has gone
    finally:
        writer.close()


def chunk(writer: asyncio.StreamWriter, delta: dict[str, str], finish: str | None = None) -> None:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    writer.write(f"data: {json.dumps({'id': 'x', 'model': 'clock', 'choices': [choice]})}\n\n".encode())


async def serve() -> None:
    """Serve on two free ports and print them: one at the pace of a model, one that takes more than a minute."""
    fast = await asyncio.start_server(lambda reader, writer: answer(reader, writer, 0.05), "127.0.0.1", 0)
    slow = await asyncio.start_server(lambda reader, writer: answer(reader, writer, 2.0), "127.0.0.1", 0)
    print(*(server.sockets[0].getsockname()[1] for server in (fast, slow)), flush=True)  # noqa: T201  (who started it reads it)
    async with fast, slow:
        await asyncio.gather(fast.serve_forever(), slow.serve_forever())


if __name__ == "__main__":
    asyncio.run(serve())
