"""What the scripts of this folder share: the build tree, our programs with a PIN on standard input, figures over rounds."""

import json
import os
import pathlib
import statistics
import subprocess
import sys

from tests.support.process import environment, program_path

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def use_build_tree(given):
    """Names the tree to tests.support: the one given, else the release tree, else the everyday one."""
    for tree in [given] if given else [SOURCE / "build/release", SOURCE / "build/dev"]:
        if (pathlib.Path(tree) / "bin/signet-bench").exists():
            os.environ["SIGNET_BUILD"] = str(pathlib.Path(tree).resolve())
            return
    sys.exit("tests/bench: no build tree with bin/signet-bench; build one, or name it with --build")


def run_with_pin(hsm, words):
    """Runs one of our programs with the PIN on descriptor 0, where no other process sees it."""
    done = subprocess.run([program_path(words[0]), *map(str, words[1:])], input=hsm.pin + "\n", capture_output=True, text=True, check=False,
                          env=environment(**hsm.environment))
    if done.returncode != 0:
        sys.exit(f"tests/bench: {words[0]} {words[1]} failed: {done.stderr}")
    return done.stdout


def bench(hsm, *words):
    """One measurement of signet-bench."""
    return json.loads(run_with_pin(hsm, ["signet-bench", *words]))


def median(rounds, name):
    return statistics.median(each[name] for each in rounds)


def ratio(rounds, limits, name="per_second"):
    """The median over the rounds of one figure by another. Within a round, since a shared machine's speed changes from minute to minute."""
    return statistics.median(each[name] / limit[name] if limit[name] else 0 for each, limit in zip(rounds, limits))


def machine():
    """How much the machine had to do beside the last measurements: throughput of a busy one cannot be compared, processor time can."""
    return f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f} at the end"


def exit_on_errors(measurements):
    errors = sum(each["errors"] for each in measurements)
    if errors or not all(each["good"] for each in measurements):
        sys.exit(f"tests/bench: {errors} requests failed or were answered wrongly, or nothing was measured")
