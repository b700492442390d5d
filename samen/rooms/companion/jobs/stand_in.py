"""A hostile stand-in for a language model: speaks the real chat completions protocol on this machine, and means no good.

What it answers is asked for in its address: `/<key>/v1/chat/completions`, where each key has a text, or a way to behave badly.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

LATE = 6.0  # seconds after which a slow one gives up by itself
TEXT, BEHAVES = "text", "behaves"
WELL = "Take a seat, and look."


def chunk(text: str, *, ended: str | None = None, **more: Any) -> dict[str, Any]:
    """Give one piece of a stream as the protocol has it."""
    choice = {"index": 0, "delta": {"role": "assistant", "content": text, **more}, "finish_reason": ended}
    return {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "stand-in", "choices": [choice]}


def whole(text: Any, **more: Any) -> dict[str, Any]:
    """Give a whole answer as the protocol has it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **more}, "finish_reason": "stop"}
    return {"id": "x", "object": "chat.completion", "created": 1, "model": "stand-in", "choices": [choice]}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, cases: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.cases, self.over = cases, Event()
        self.seen: list[dict[str, Any]] = []  # what was sent, for who looks at what leaves

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when the other side cuts the line: that is what it should do."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Keep no log."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.seen.append(asked)
        case = self.server.cases[self.path.split("/")[1]]
        with suppress(OSError):
            if BEHAVES in case:
                self._behave(case[BEHAVES])
            else:
                self._say(case[TEXT], stream=bool(asked.get("stream")))

    def _say(self, text: str, *, stream: bool) -> None:
        if not stream:
            return self._send(json.dumps(whole(text)).encode(), "application/json")
        third = max(1, len(text) // 3)
        parts = [chunk(text[place : place + third]) for place in range(0, len(text), third)]
        self._events([*parts, chunk("", ended="stop")])
        return None

    def _send(self, body: bytes, kind: str, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _events(self, pieces: list[dict[str, Any]]) -> None:
        lines = [f"data: {json.dumps(each)}\n\n" for each in pieces]
        self._send("".join([*lines, "data: [DONE]\n\n"]).encode(), "text/event-stream")

    def _raw(
        self, text: str, kind: str = "text/event-stream", status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        self._send(text.encode("utf-8", "surrogatepass"), kind, status, headers)

    def _behave(self, how: str) -> None:
        if how in _SLOW:
            return self._slowly(_SLOW[how])
        _QUICK[how](self)
        return None

    def _slowly(self, pieces: Callable[[], Iterator[tuple[bytes, float]]]) -> None:
        until = time.monotonic() + LATE
        for piece, pause in pieces():
            self.wfile.write(piece)
            self.wfile.flush()
            if self.server.over.wait(pause) or time.monotonic() > until:
                return


def _bad_choice(**delta: Any) -> Callable[[_Handler], None]:
    return lambda to: to._events([chunk(WELL, **delta), chunk("", ended="stop")])


def _many(to: _Handler) -> None:
    piece = chunk(WELL, ended="stop")
    to._events([{**piece, "choices": [{**piece["choices"][0], "index": n} for n in range(100)]}])


_CALL = {"index": 0, "id": "c", "type": "function", "function": {"name": "call_police", "arguments": "{}"}}
_QUICK: dict[str, Callable[[_Handler], None]] = {
    "empty": lambda to: to._raw(""),
    "blank": lambda to: to._events([chunk("  \n "), chunk("", ended="stop")]),
    "half-json": lambda to: to._raw('data: {"choices":[{"index":0,"delta":{"content":"Take a se'),
    "not-json": lambda to: to._raw("data: Take a seat, and look.\n\ndata: [DONE]\n\n"),
    "html": lambda to: to._raw("<p>Take a seat.</p>", "text/html"),
    "wrong-type": lambda to: to._raw(f"data: {json.dumps(chunk(WELL, ended='stop'))}\n\n", "text/plain"),
    "error-500": lambda to: to._raw('{"error":{"message":"Take a seat."}}', "application/json", 500),
    "error-401": lambda to: to._raw('{"error":{"message":"no"}}', "application/json", 401),
    "error-429": lambda to: to._raw('{"error":{"message":"wait"}}', "application/json", 429, {"retry-after": "30"}),
    "redirect": lambda to: to._raw("", "text/plain", 307, {"location": "/text-well/v1/chat/completions"}),
    "hundred-choices": _many,
    "tool-call": _bad_choice(tool_calls=[_CALL]),
    "function-call": _bad_choice(function_call={"name": "end_talk", "arguments": "{}"}),
    "refusal": _bad_choice(refusal="This cannot be said."),
    "content-list": lambda to: to._events([chunk([{"type": "text", "text": WELL}]), chunk("", ended="stop")]),  # type: ignore[arg-type]
    "no-choices": lambda to: to._events([{"id": "x", "object": "chat.completion.chunk"}]),
    "other-role": _bad_choice(role="system"),
    "cut-off": lambda to: to._events([chunk(WELL)]),
    "filtered": lambda to: to._events([chunk(WELL), chunk("", ended="content_filter")]),
    "huge-body": lambda to: to._events([chunk("Take a seat. " * 20) for _ in range(2000)]),
    "huge-line": lambda to: to._raw("data: " + "x" * 3_000_000),
    "huge-headers": lambda to: to._raw("", headers={f"x-{n}": "y" * 900 for n in range(60)}),
    "gzip": lambda to: to._raw("data: x\n\n", headers={"content-encoding": "gzip"}),
    "second-index": lambda to: to._events([{**chunk(""), "choices": [{"index": 1, "delta": {"content": WELL}, "finish_reason": "stop"}]}]),
    "null": lambda to: to._raw("data: null\n\ndata: [DONE]\n\n"),
    "deep-json": lambda to: to._raw("data: " + "[" * 20_000 + "]" * 20_000 + "\n\n"),
    "closes": lambda to: to.wfile.close(),
    "array": lambda to: to._raw("data: [1, 2]\n\ndata: [DONE]\n\n"),
    "error-event": lambda to: to._raw('data: {"error": {"message": "Take a seat."}}\n\n'),
    "binary": lambda to: to._send(b"data: \xff\xfe\x00\x9f\n\n", "text/event-stream"),
}  # fmt: skip


_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"


def _event(text: str) -> bytes:
    return f"data: {json.dumps(chunk(text))}\n\n".encode()


def _drip() -> Iterator[tuple[bytes, float]]:
    yield _HEAD, 0.0
    for letter in _event(WELL * 50):
        yield bytes([letter]), 0.05


def _drip_headers() -> Iterator[tuple[bytes, float]]:
    yield b"HTTP/1.1 200 OK\r\n", 0.0
    for number in range(1000):
        yield f"x-{number}: y\r\n".encode(), 0.05


def _stall() -> Iterator[tuple[bytes, float]]:
    yield b"", LATE


def _stall_after_start() -> Iterator[tuple[bytes, float]]:
    yield _HEAD + _event("Take a"), LATE


def _endless() -> Iterator[tuple[bytes, float]]:
    yield _HEAD, 0.0
    while True:
        yield _event(" seat"), 0.01


def _endless_comments() -> Iterator[tuple[bytes, float]]:
    yield _HEAD, 0.0
    while True:
        yield b": still here\n\n", 0.05


_SLOW = {
    "drip": _drip,
    "drip-headers": _drip_headers,
    "stall": _stall,
    "stall-after-start": _stall_after_start,
    "endless": _endless,
    "endless-comments": _endless_comments,
}


@contextmanager
def serving(cases: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[Callable[[str], str], list[dict[str, Any]]]]:
    """Serve cases by their keys; gives the address of each, and what was sent so far."""
    server = _Server(cases)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield (lambda key: f"http://127.0.0.1:{server.server_port}/{key}/v1"), server.seen
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
