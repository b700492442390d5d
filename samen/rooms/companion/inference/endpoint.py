"""Asks a language model at an OpenAI-compatible endpoint for one answer, and trusts nothing that comes back.

The whole answer is held. It is thrown away when it is late, long, broken, or anything but one plain text: a byte bound and a time bound
hold whatever the other side does (slow drip, endless stream, endless headers), because at the time bound the connection itself is cut;
and whatever the name server does, because nobody waits for it longer than that.
Nothing is tried twice, no redirect is followed, no proxy of the environment is used, and no answer is logged.
"""

import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from ssl import SSLContext
from threading import Timer
from time import monotonic
from typing import Any

try:
    import httpx2
    import openai
except (
    ImportError
) as missing:  # the extra `llm` is not installed: the gate denies with EXTRA_MISSING before anything is asked
    raise ImportError("Install the extra `llm`.") from missing

SECONDS = 1.8  # for the whole answer; the checks after it have the rest of two seconds
MOST_BYTES = 65_536  # of a body; the longest text that may pass has some hundred
MOST_LETTERS = 1_200  # of the text itself
MOST_HEADERS = 16_384  # bytes
PLACES = 32  # askings at once
TYPES = {True: "text/event-stream", False: "application/json"}

_BESIDE = ThreadPoolExecutor(PLACES, thread_name_prefix="ask")


class Unusable(Exception):
    """The answer is none that can be looked at; the message is a word for why, and never holds what came back."""


@dataclass(frozen=True)
class Endpoint:
    """Where the model is, its name, and the key (empty for none)."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    stream: bool = True


@cache
def _trusted() -> SSLContext:
    return httpx2.create_ssl_context()


class _Bounded(httpx2.BaseTransport):
    """One request whose connection is cut at the time bound, and whose body ends at the byte bound."""

    def __init__(self, seconds: float, *, stream: bool) -> None:
        self._inner = httpx2.HTTPTransport(verify=_trusted(), retries=0, trust_env=False)
        self._until, self._type = monotonic() + seconds, TYPES[stream]
        self._line: Any = None  # the connection, once there is one
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def _trace(self, _: str, info: Mapping[str, Any]) -> None:
        made = info.get("return_value")
        if hasattr(made, "get_extra_info"):
            self._line = made
            if monotonic() >= self._until:
                self._cut()

    def _cut(self) -> None:
        line = self._line.get_extra_info("socket") if self._line is not None else None
        if line is not None:
            with suppress(OSError):  # it is closed already
                line.shutdown(socket.SHUT_RDWR)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.extensions = {**request.extensions, "trace": self._trace}
        answer = self._inner.handle_request(request)
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        wrong = {
            "status": answer.status_code != 200,
            "type": kind != self._type,
            "packed": answer.headers.get("content-encoding", "identity") != "identity",
            "headers": sum(len(name) + len(value) for name, value in answer.headers.raw) > MOST_HEADERS,
        }
        if any(wrong.values()):
            answer.close()
            raise Unusable(next(name for name, bad in wrong.items() if bad))
        answer.stream = _Counted(answer.stream, self._until)
        return answer

    def close(self) -> None:
        self._timer.cancel()
        self._inner.close()


class _Counted(httpx2.SyncByteStream):
    """A body that ends with an error at its byte or time bound."""

    def __init__(self, inner: Any, until: float) -> None:
        self._inner, self._until = inner, until

    def __iter__(self) -> Iterator[bytes]:
        seen = 0
        for piece in self._inner:
            seen += len(piece)
            if seen > MOST_BYTES or monotonic() >= self._until:
                raise Unusable("bytes" if seen > MOST_BYTES else "time")
            yield piece

    def close(self) -> None:
        self._inner.close()


def ask(endpoint: Endpoint, messages: Sequence[Mapping[str, str]], seconds: float = SECONDS) -> str:
    """Give the one text that the model answers with. Raises: Unusable for anything else, within `seconds`.

    Finding the address of a name (DNS) cannot be cut from outside, so the asking is done beside, and waited for no longer than that.
    What finds its address too late gets a connection that is cut before anything is sent. When all places are taken by such
    waiting, nobody is asked.
    """
    try:
        return _BESIDE.submit(_ask, endpoint, messages, seconds).result(timeout=seconds)
    except TookTooLong:
        raise Unusable("time") from None


def _ask(endpoint: Endpoint, messages: Sequence[Mapping[str, str]], seconds: float) -> str:
    transport = _Bounded(seconds, stream=endpoint.stream)
    web = httpx2.Client(transport=transport, timeout=seconds, follow_redirects=False, trust_env=False)
    client = openai.OpenAI(
        api_key=endpoint.key or "none",
        base_url=endpoint.url,
        max_retries=0,
        timeout=seconds,
        http_client=web,
        organization="",
        project="",
        default_headers={"Accept-Encoding": "identity"},
    )
    body: dict[str, Any] = {"model": endpoint.model, "messages": list(messages), "temperature": 0, "max_tokens": 160}
    try:
        if endpoint.stream:
            return _joined(client.chat.completions.create(**body, stream=True))
        return _whole(client.chat.completions.create(**body, stream=False))
    except (openai.OpenAIError, httpx2.HTTPError, OSError) as wrong:
        raise Unusable(type(wrong).__name__) from None
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):  # no form that the protocol knows
        raise Unusable("form") from None
    finally:
        web.close()


def _joined(pieces: Iterable[Any]) -> str:
    """Join the pieces of a stream: one choice, plain text, ended by its own will."""
    text, ended = "", ""
    for piece in pieces:
        if not piece.choices:
            continue  # such as a last piece with what it cost
        choice = _only(piece.choices)
        text += _plain(choice.delta)
        ended = choice.finish_reason or ended
        if len(text) > MOST_LETTERS:
            raise Unusable("long")
    return _ended(text, ended)


def _whole(answer: Any) -> str:
    choice = _only(answer.choices)
    return _ended(_plain(choice.message), choice.finish_reason)


def _only(choices: Any) -> Any:
    if len(choices) != 1 or choices[0].index not in (0, None):
        raise Unusable("choices")
    return choices[0]


def _plain(said: Any) -> str:
    if said.tool_calls or said.function_call or getattr(said, "refusal", None) or said.role not in ("assistant", None):
        raise Unusable("call")
    if not isinstance(said.content, str | None):
        raise Unusable("form")
    return said.content or ""


def _ended(text: str, ended: Any) -> str:
    if ended != "stop" or not text.strip() or len(text) > MOST_LETTERS:
        raise Unusable("unfinished")
    return text.strip()
