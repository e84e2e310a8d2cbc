"""The scripted endpoint itself: standard library only, one thread a connection."""

from __future__ import annotations

import json
import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from agents.llm.fake.behaviour import NAME, Behaviour
from agents.llm.fake.replies import Refused, Reply, reply_of
from agents.llm.fake.state import State

POLL_SECONDS = 0.02  # of the accepting thread
NOTICE_SECONDS = 0.5  # of one that waits; a client that hangs up is noticed at once
FOR_EVER = 3600.0


class HungUp(Exception):
    """The client closed the connection before it had its answer."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536  # unbuffered writes would wait 40 ms each for an acknowledgement
    disable_nagle_algorithm = True
    server: FakeServer

    def log_message(self, *arguments: Any) -> None:
        """Say nothing: tests and demos count instead."""

    def setup(self) -> None:
        super().setup()
        self.server.state.count("connections")

    def do_GET(self) -> None:
        if self.path.endswith("/models"):
            listed = {"id": NAME, "object": "model", "created": 0, "owned_by": "tradelab"}
            self.send_json({"object": "list", "data": [listed]})
        elif self.path == "/control":
            self.send_json(self.server.state.report())
        elif self.path == "/control/requests":
            self.send_json(list(self.server.state.requests))
        else:
            self.send_failure(Refused(404, f"There is nothing at {self.path}."))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path == "/control":
            return self.control(json.loads(body or b"{}"))
        if not self.path.endswith("/chat/completions"):
            return self.send_failure(Refused(404, f"There is nothing at {self.path}."))
        request = json.loads(body)
        with self.server.state.asked(request, dict(self.headers.items())):
            try:
                self.answer(request)
            except (HungUp, BrokenPipeError, ConnectionResetError):
                self.server.state.count("hung_up")
                self.close_connection = True
            except Refused as refused:
                self.send_failure(refused)

    def control(self, wanted: dict[str, Any]) -> None:
        """`{"reset": true}`, `{"behaviour": "latency=2,error=1"}`, `{"answers": ["…"]}`, in this order."""
        state = self.server.state
        if wanted.get("reset"):
            state.reset()
        if "behaviour" in wanted:
            state.behaviour = Behaviour.of(f"{NAME}:{wanted['behaviour']}")
        state.answers.extend(wanted.get("answers", []))
        self.send_json(state.report())

    def answer(self, request: dict[str, Any]) -> None:
        state, model = self.server.state, str(request.get("model", ""))
        try:
            behaviour = Behaviour.of(model, state.behaviour)
        except ValueError as error:
            raise Refused(404, str(error), code="model_not_found") from None
        self.wait(behaviour.latency)
        if state.takes(behaviour, model, "hang"):
            self.wait(FOR_EVER)
        if state.takes(behaviour, model, "drop"):
            raise HungUp
        reply = reply_of(request, behaviour, state)
        if request.get("stream") and not behaviour.ignores_stream:
            self.stream(reply, behaviour, request)
        else:
            self.wait(behaviour.first_token)
            self.send_json(reply.body())
        state.count("answered")

    def stream(self, reply: Reply, behaviour: Behaviour, request: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        if behaviour.first_token:
            self.wfile.flush()
            self.wait(behaviour.first_token)
        wants_usage = bool((request.get("stream_options") or {}).get("include_usage"))
        for event in reply.events(with_usage=wants_usage):
            self.send_chunk(f"data: {json.dumps(event)}\n\n")
            if behaviour.pace:
                self.wfile.flush()
                self.wait(behaviour.pace)
        if reply.breaks_off:
            self.wfile.flush()
            self.close_connection = True
            return
        if not reply.ends_quietly:
            self.send_chunk("data: [DONE]\n\n")
        if reply.lingers:
            self.wfile.flush()
            self.wait(FOR_EVER)
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def wait(self, seconds: float) -> None:
        """Wait, and notice when the client hangs up meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self.server.is_closing:
                raise HungUp
            readable, _, _ = select.select([self.connection], [], [], min(left, NOTICE_SECONDS))
            if readable:
                raise HungUp  # a client that waits for its answer has nothing more to say

    def send_chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def send_failure(self, refused: Refused) -> None:
        error = {"message": refused.message, "type": refused.kind, "param": None, "code": refused.code}
        self.send_json({"error": error}, refused.status, refused.headers)

    def send_json(self, value: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()


class FakeServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int) -> None:
        self.state = State()
        self.is_closing = False
        super().__init__((host, port), Handler)

    @property
    def base_url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_port}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of ours."""


@contextmanager
def serving(host: str = "127.0.0.1", port: int = 0) -> Iterator[FakeServer]:
    """Serve in a thread for the length of a block."""
    server = FakeServer(host, port)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.is_closing = True
        server.shutdown()
        server.server_close()
        thread.join()
