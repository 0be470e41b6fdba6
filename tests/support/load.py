"""Clients that ask without pause from threads of their own, and what became of each request."""

import collections
import http.client
import threading

from tests.support.process import eventually, seconds


class Load:
    """`with Load(stack, clients) as load:` runs until the block ends; `outcomes` counts statuses and names of exceptions.

    repeat: True asks again, on a new connection, when one is cut before the answer is whole: what `signet` does. Such a request counts once.
    """

    def __init__(self, stack, clients: int = 4, body: dict | None = None, repeat: bool = False):
        self.stack, self.body, self.repeat = stack, body or {"fresh": True}, repeat
        self.outcomes: collections.Counter = collections.Counter()
        self.unexpected: list = []
        self.cut = 0
        self.lock = threading.Lock()
        self.done = threading.Event()
        self.threads = [threading.Thread(target=self._ask_on_and_on) for _ in range(clients)]

    def _note(self, outcome, answer=None):
        with self.lock:
            self.outcomes[outcome] += 1
            if outcome != 200:
                self.unexpected.append(answer or outcome)

    def _ask_on_and_on(self):
        connection = self.stack.connection()
        while not self.done.is_set():
            try:
                answer = connection.ask("POST", "/v1/keys/apple/tokens", self.body)
                self._note(answer.status, answer)
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                if self.repeat and not isinstance(error, (TimeoutError, ConnectionRefusedError, FileNotFoundError)):
                    with self.lock:
                        self.cut += 1
                    continue
                self._note(type(error).__name__)
        connection.close()

    def served(self) -> int:
        return self.outcomes[200]

    def wait_for_more(self, count: int = 20, within: float = 30.0):
        """Until `count` more requests were answered with 200."""
        goal = self.served() + count
        eventually(lambda: self.served() >= goal or self.unexpected, f"{count} more answers", within)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        for thread in self.threads:
            thread.join(seconds(60))
