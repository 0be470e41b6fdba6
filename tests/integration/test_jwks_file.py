"""`jwks-file`: what GET /v1/jwks answers, as a file that other programs read at any moment."""

import json
import os
import pathlib
import threading
import unittest

from tests.support.process import eventually
from tests.support.rotation import add_key, jwks, kids, next_line, reload, wait_published
from tests.support.stack import Stack


class JwksFile(unittest.TestCase):
    def setUp(self):
        self.stack = self.enterContext(Stack(start=False, keys={"apple": {"publish": "yes"}}))
        self.path = self.stack.root / "run/jwks.json"
        self.stack.daemon_options["jwks-file"] = self.path
        self.stack.write_daemon_conf()
        os.umask(0o077)
        self.addCleanup(os.umask, 0o022)

    def content(self, path: pathlib.Path | None = None) -> dict:
        return json.loads((path or self.path).read_text())

    def start(self):
        self.stack.start()
        eventually(lambda: self.path.exists() and self.content() == jwks(self.stack), "the file is written")

    def test_it_holds_what_the_call_answers_and_may_be_read_by_all(self):
        self.start()
        self.assertEqual(kids(self.content()), [self.stack.key.key_id])
        self.assertEqual(self.path.stat().st_mode & 0o7777, 0o644)

    def test_it_is_written_only_where_it_changes(self):
        self.start()
        before = self.path.stat()
        reload(self.stack)
        self.stack.daemon.stop()
        self.stack.daemon.start()
        self.stack.wait_ready()
        second = add_key(self.stack)
        self.assertEqual((self.path.stat().st_ino, self.path.stat().st_mtime_ns), (before.st_ino, before.st_mtime_ns))
        self.stack.write_key("apple", {"publish": "yes", "next": next_line(second)})
        reload(self.stack)
        wait_published(self.stack, second)
        eventually(lambda: self.content() == jwks(self.stack), "the next key is in the file")
        self.assertNotEqual(self.path.stat().st_ino, before.st_ino, "written over in place")
        self.assertEqual([path.name for path in self.path.parent.iterdir() if path.name.startswith("jwks")], ["jwks.json"])

    def test_a_token_that_is_away_takes_no_key_out_of_it(self):
        self.start()
        self.stack.daemon.stop()
        self.stack.token.stop()
        before = self.content()
        self.stack.daemon.start()
        eventually(lambda: "apple" in self.trouble(), "it waits for the token")
        self.assertEqual(self.content(), before)
        self.stack.token.start()
        self.stack.wait_ready()
        eventually(lambda: self.trouble() == "", "it waits no more")
        self.assertEqual(self.content(), before)

    def trouble(self) -> str:
        try:
            return self.stack.admin("GET", "/v1/status").json()["jwks_file"]
        except OSError:
            return ""

    def test_who_reads_finds_a_whole_set_at_every_moment(self):
        self.start()
        second = add_key(self.stack)
        done, found = threading.Event(), []

        def read():
            while not done.is_set():
                found.append(kids(self.content()))

        reader = threading.Thread(target=read)
        reader.start()
        try:
            for named in (True, False) * 5:
                self.stack.write_key("apple", {"publish": "yes", "next": next_line(second) if named else None})
                reload(self.stack)
                eventually(lambda: (second.key_id in kids(self.content())) == named, "the file follows")
        finally:
            done.set()
            reader.join()
        self.assertGreater(len(found), 10)
        for each in found:
            self.assertIn(each, ([self.stack.key.key_id], [self.stack.key.key_id, second.key_id]))

    def test_a_place_that_cannot_be_written_is_told_of_and_stops_nothing(self):
        self.stack.daemon_options["jwks-file"] = self.stack.root / "missing/jwks.json"
        self.stack.write_daemon_conf()
        self.stack.start()
        eventually(lambda: "missing/jwks.json" in self.trouble(), "status tells")
        self.assertEqual(self.stack.jwt().status, 200)
        (self.stack.root / "missing").mkdir()
        eventually(lambda: self.trouble() == "", "it is written by itself", within=20)
        self.assertEqual(self.content(self.stack.root / "missing/jwks.json"), jwks(self.stack))

    def test_another_s_hand_in_it_does_not_last(self):
        self.start()
        whole = self.path.read_bytes()

        def check(deed: str):
            with self.subTest(deed=deed):
                eventually(lambda: self.path.exists() and self.path.read_bytes() == whole, "it is as it should be again", within=20)
                self.assertEqual(self.trouble(), "")

        self.path.unlink()
        check("removed")
        self.path.write_bytes(whole[:20])
        check("cut off")
        self.path.write_bytes(whole.replace(self.stack.key.key_id.encode(), b"ZZZZZZZZZZ"))
        check("edited")
        self.path.unlink()
        reload(self.stack)
        self.assertEqual(self.path.read_bytes(), whole)
        self.assertIn("somebody else has changed or removed it", self.stack.daemon.stderr())

    def test_a_reload_may_move_it(self):
        self.start()
        moved = self.path.with_name("elsewhere.json")
        self.stack.daemon_options["jwks-file"] = moved
        self.stack.write_daemon_conf()
        reload(self.stack)
        self.assertEqual(self.content(moved), jwks(self.stack))


if __name__ == "__main__":
    unittest.main()
