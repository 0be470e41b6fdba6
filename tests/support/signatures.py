"""What signet-token has recorded of its signatures, held against the audit log."""

import json

from tests.support.process import program_path, run
from tests.support.stack import Stack


def signatures(stack: Stack) -> list:
    """The records of signed.jsonl, oldest first."""
    files = sorted((stack.root / "state/token").glob("signed.jsonl*"), key=lambda path: path.stat().st_mtime)
    return [json.loads(line) for path in files for line in path.read_text().splitlines() if line]


def assert_each_has_its_line(test, stack: Stack):
    """`audit verify --signed` finds nothing, and judges every signature."""
    words = ["audit", "verify", stack.audit_log, "--signed", stack.root / "state/token", "--grace", "0s", "--json"]
    done = run([program_path("signet-admin"), *words])
    test.assertEqual(done.returncode, 0, done.stdout + done.stderr)
    told = json.loads(done.stdout)["signed"]
    test.assertEqual((told["signatures"], told["without_line"], told["too_young"]), (len(signatures(stack)), 0, 0), told)
