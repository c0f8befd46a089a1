"""One large array on its way out of a framework: the text is that of json, and is never in memory as a whole."""

import asyncio
import hashlib
import json
import tracemalloc

import numpy as np

# Of 17 digits, which json and orjson write alike from 0.5 to 1.5: 19 MB of text.
LENGTH = 10**6
# A few pieces of a megabyte or two, of which one is made of another.
ROOM = 10 * 2**20


def memory_mapped(directory):
    """Make a memory-mapped array of a file."""
    np.save(directory / "large.npy", np.random.default_rng(1).random((LENGTH // 100, 100)) + 0.5)
    return np.load(directory / "large.npy", mmap_mode="r")


class Reader:
    """What reads a response, and keeps nothing but its digest and the sizes of its pieces."""

    def __init__(self):
        self.digest = hashlib.sha256()
        self.sizes = []

    def read(self, pieces):
        for piece in pieces:
            self.digest.update(piece)
            self.sizes.append(len(piece))

    def ask(self, application, path):
        """Ask an ASGI application, without a server that buffers."""

        async def ask():
            requests = [{"type": "http.request", "body": b"", "more_body": False}]

            async def receive():
                return requests.pop() if requests else await asyncio.Event().wait()

            async def send(message):
                self.read([message["body"]] if message.get("body") else [])

            scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1"}
            scope |= {"method": "GET", "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b""}
            scope |= {"headers": [(b"host", b"testserver")], "client": ("127.0.0.1", 1), "server": ("testserver", 80)}
            await application(scope, receive, send)

        asyncio.run(ask())


def check(array, read):
    """Check that what was read is the text of an array in `{"x": ...}`, and took little memory."""
    reader = Reader()
    tracemalloc.start()
    try:
        read(reader)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    expected = json.dumps({"x": array.tolist()}, separators=(",", ":")).encode()
    assert reader.digest.digest() == hashlib.sha256(expected).digest()
    assert max(reader.sizes) < 2 * 2**20
    assert peak < ROOM < len(expected)
