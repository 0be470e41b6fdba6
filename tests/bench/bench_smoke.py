"""The bench measures what it says: a short round of everything, without one failed request. No figure is judged."""

import pathlib
import subprocess
import sys
import unittest

RUN = pathlib.Path(__file__).with_name("run")


class Smoke(unittest.TestCase):
    def test_a_short_round_fails_no_request(self):
        done = subprocess.run([sys.executable, "-B", RUN, "--seconds", "0.2", "--rounds", "1", "--connections", "1,2"],
                              capture_output=True, text=True, timeout=100, check=False)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        for word in ("raw", "raw+verify", "fresh", "cached"):
            self.assertIn(word, done.stdout)


if __name__ == "__main__":
    unittest.main()
