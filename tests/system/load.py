"""usage: load.py SOCKET CLIENTS STOP-FILE: clients that ask for fresh tokens without a pause until the file appears.

Runs inside the machine, with nothing but Python's own library. Prints what happened as one JSON object: how many answers of each status,
connections refused, and requests cut (the connection ended before an answer)."""

import collections
import json
import os
import socket
import sys
import threading

PATH = "/v1/keys/apple/tokens"
BODY = b'{"fresh":true}'
REQUEST = (f"POST {PATH} HTTP/1.1\r\nHost: signet\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n").encode() + BODY
PATIENCE = 60.0  # seconds that a request may take before it counts as cut


def connect(path: str) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(PATIENCE)
    client.connect(path)
    return client


def read_answer(client: socket.socket) -> tuple[int | None, bool]:
    """The status of one whole answer, None where the connection ended first; and whether the service closes it now."""
    text = b""
    while b"\r\n\r\n" not in text:
        more = client.recv(65536)
        if not more:
            return None, True
        text += more
    head, _, body = text.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        more = client.recv(65536)
        if not more:
            return None, True
        body += more
    return int(head.split(b" ")[1]), b"connection: close" in head.lower()


def run_client(path: str, stop: str, counts: collections.Counter, lock: threading.Lock):
    """One connection at a time, kept for as long as the service keeps it."""
    client = None
    while not os.path.exists(stop):
        outcome, client = one_request(path, client)
        with lock:
            counts[outcome] += 1


def one_request(path: str, client: socket.socket | None):
    fresh_connection = client is None
    if client is None:
        try:
            client = connect(path)
        except OSError as error:
            return f"refused: {error.strerror}", None
    try:
        client.sendall(REQUEST)
        status, closing = read_answer(client)
    except OSError:
        status, closing = None, True
    if closing:
        client.close()
        client = None
    if status is None:
        return "cut on a new connection" if fresh_connection else "cut", None
    return str(status), client


def main():
    path, clients, stop = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    counts, lock = collections.Counter(), threading.Lock()
    threads = [threading.Thread(target=run_client, args=(path, stop, counts, lock)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    print("started", flush=True)
    for thread in threads:
        thread.join()
    print(json.dumps(counts))


main()
