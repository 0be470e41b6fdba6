"""The bench measures what it says: a short round of everything, without one failed request. No figure is judged."""

import pathlib
import subprocess
import sys
import unittest

FOLDER = pathlib.Path(__file__).parent


class Smoke(unittest.TestCase):
    def run_bench(self, script, *words):
        done = subprocess.run([sys.executable, "-B", FOLDER / script, *words], capture_output=True, text=True, timeout=100, check=False)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return done.stdout

    def test_a_short_round_fails_no_request(self):
        table = self.run_bench("run", "--seconds", "0.2", "--rounds", "1", "--connections", "1,2")
        for word in ("raw", "raw+verify", "fresh", "cached"):
            self.assertIn(word, table)

    def test_a_short_round_over_the_link_fails_no_request(self):
        table = self.run_bench("run_token", "--seconds", "0.2", "--rounds", "1", "--shapes", "1x2,2x1")
        for word in ("raw", "link", "raw+verify", "link+verify"):
            self.assertIn(word, table)

    def test_a_start_with_a_few_keys_is_measured(self):
        table = self.run_bench("run_start", "--rounds", "1", "--keys", "1,20")
        self.assertIn("resident bytes per key", table)

    def test_every_way_of_syncing_is_measured(self):
        table = self.run_bench("run_audit", "--seconds", "0.1", "--rounds", "1", "--connections", "2")
        for word in ("none", "interval", "always", "syncs a second"):
            self.assertIn(word, table)


if __name__ == "__main__":
    unittest.main()
