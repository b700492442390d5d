"""A small stand-in for an S3-compatible store, on this machine: what deltalake, Polars and obstore ask of one. No signature is checked."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

DATE, LISTED = "Thu, 01 Jan 2026 00:00:00 GMT", "2026-01-01T00:00:00.000Z"
PAGE = 50  # names in one answer, so that more than one is asked for


@dataclass
class Store:
    """What lies in the store, by bucket and name, and how it behaves."""

    objects: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    has_conditions: bool = True  # a write that may only make something new fails where something is
    has_versions: bool = False
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def serving() -> Iterator[Store]:
    """Serve an empty store on a port of its own."""
    store = Store()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Of", (Handler,), {"store": store}))
    store.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    store: Store

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def answer(self, code: int, body: bytes = b"", **headers: str) -> None:
        """Send an answer."""
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Last-Modified", DATE)
        self.send_header("Content-Length", headers.get("_length", str(len(body))))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    @property
    def name(self) -> str:
        """Give bucket and name of what is asked for."""
        return unquote(urlsplit(self.path).path).lstrip("/")

    @property
    def query(self) -> dict[str, str]:
        """Give what is asked beside the name."""
        asked = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        return {key: values[0] for key, values in asked.items()}

    def body(self) -> bytes:
        """Read what was sent."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def kept(self, name: str, content: bytes) -> None:
        """Keep an object, unless it must be new and is not."""
        with self.store.lock:
            if self.headers.get("If-None-Match") == "*" and self.store.has_conditions and name in self.store.objects:
                self.answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
                return
            self.store.objects[name] = content
        more = {"x_amz_version_id": "v1"} if self.store.has_versions else {}
        self.answer(200, b"", ETag=_tag(content), **more)

    def do_PUT(self) -> None:
        """Keep an object, or a part of one."""
        content, query = self.body(), self.query
        if "partNumber" in query:
            self.store.parts[query["uploadId"]][int(query["partNumber"])] = content
            self.answer(200, b"", ETag=_tag(content))
            return
        self.kept(self.name, content)

    def do_POST(self) -> None:
        """Begin or end an object in parts, or delete several."""
        content, query = self.body(), self.query
        if "uploads" in query:
            number = str(len(self.store.parts))
            self.store.parts[number] = {}
            self.answer(
                200,
                f"<InitiateMultipartUploadResult><UploadId>{number}</UploadId></InitiateMultipartUploadResult>".encode(),
            )
        elif "uploadId" in query:
            parts = self.store.parts.pop(query["uploadId"])
            whole = b"".join(parts[number] for number in sorted(parts))
            with self.store.lock:
                self.store.objects[self.name] = whole
            tag = escape(_tag(whole))
            self.answer(
                200, f"<CompleteMultipartUploadResult><ETag>{tag}</ETag></CompleteMultipartUploadResult>".encode()
            )
        else:
            names = re.findall(r"<Key>(.*?)</Key>", content.decode())
            with self.store.lock:
                for each in names:
                    self.store.objects.pop(f"{self.name.rstrip('/')}/{each}", None)
            gone = "".join(f"<Deleted><Key>{each}</Key></Deleted>" for each in names)
            self.answer(200, f"<DeleteResult>{gone}</DeleteResult>".encode())

    def do_DELETE(self) -> None:
        """Delete an object."""
        with self.store.lock:
            self.store.objects.pop(self.name, None)
        self.answer(204)

    def do_HEAD(self) -> None:
        """Say how long an object is."""
        self.do_GET()

    def do_GET(self) -> None:
        """Give an object or a part of it, or a list."""
        if "list-type" in self.query:
            self.listed()
            return
        content = self.store.objects.get(self.name)
        if content is None:
            self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range") or "")
        if asked is None:
            self.answer(200, content, ETag=_tag(content), _length=str(len(content)))
            return
        first, last = asked.groups()
        low = int(first) if first else max(0, len(content) - int(last))
        high = min(int(last), len(content) - 1) if first and last else len(content) - 1
        part = content[low : high + 1]
        self.answer(206, part, ETag=_tag(content), Content_Range=f"bytes {low}-{high}/{len(content)}")

    def listed(self) -> None:
        """List names, a page at a time, and what stands before the next `/` as folders."""
        query, bucket = self.query, self.name.split("/")[0] + "/"
        prefix, cut = query.get("prefix", ""), query.get("delimiter", "")
        after = query.get("continuation-token") or query.get("start-after", "")
        with self.store.lock:
            names = sorted(name.removeprefix(bucket) for name in self.store.objects if name.startswith(bucket))
        names = [name for name in names if name.startswith(prefix) and name > after]
        page, rest = names[:PAGE], names[PAGE:]
        folders = {
            prefix + name.removeprefix(prefix).split(cut)[0] + cut
            for name in page
            if cut and cut in name[len(prefix) :]
        }
        plain = [name for name in page if not (cut and cut in name[len(prefix) :])]
        rows = "".join(
            f"<Contents><Key>{escape(name)}</Key><LastModified>{LISTED}</LastModified><ETag>x</ETag>"
            f"<Size>{len(self.store.objects.get(bucket + name, b''))}</Size></Contents>"
            for name in plain
        )
        rows += "".join(f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>" for each in sorted(folders))
        more = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if rest else ""
        head = f"<IsTruncated>{'true' if rest else 'false'}</IsTruncated>{more}"
        self.answer(200, f"<ListBucketResult>{head}{rows}</ListBucketResult>".encode(), Content_Type="application/xml")


def _tag(content: bytes) -> str:
    return f'"{md5(content).hexdigest()}"'
