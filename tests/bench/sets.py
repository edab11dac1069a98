# SPDX-License-Identifier: GPL-3.0-or-later
"""
How long the difference of two big sets takes, beside fast-json-patch and microdiff under node, and
the id of a set, beside SHA-256 of the same bytes.

All of it in turns in one run, parsing not counted; a hundredth of the variables differs.  "beside":
the second set was read beside the first, as the client does it; what reading takes that way is
said as well.  Node
compiles what it has run often, so its first third of the rounds does not count.
$BENCH_SETS_ROUNDS: how many (30).
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

SETS = os.environ["SETS"]
HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = int(os.environ.get("BENCH_SETS_ROUNDS", "30"))
SHAPES = ((1000, 100), (100, 100))
TURNS = 3
PEERS = ("fast-json-patch@3.1.1", "microdiff@1.6.0")


def run(*command):
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.split("\n")[:-1]


def install(modules):
    """Whether the libraries are there."""
    if not shutil.which("node") or not shutil.which("npm"):
        return False
    done = subprocess.run(("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix",
                           modules) + PEERS, stdout=subprocess.DEVNULL)
    return done.returncode == 0


def differences(directory, modules):
    """{name: median in microseconds}"""
    times = {}
    for _ in range(TURNS):
        for name, mode in (("ours", "diff"), ("beside", "alike")):
            lines = run(SETS, mode, directory, str(ROUNDS))
            times.setdefault(name, []).extend(float(x) for x in lines)
        lines = []
        if modules:
            lines = run("node", HERE + "/sets-peers.mjs", directory, str(ROUNDS), modules)
        for line in lines[len(lines) // 3:]:
            name, took, _ = line.split()
            times.setdefault(name, []).append(float(took))
    return {name: statistics.median(values) for name, values in times.items()}


def readings(directory):
    """Medians in microseconds: of reading a set by itself, and beside another."""
    pairs = [run(SETS, "read", directory)[0].split() for _ in range(ROUNDS // 2 + 1)]
    return [statistics.median(float(pair[i]) for pair in pairs) for i in (0, 1)]


def main():
    with tempfile.TemporaryDirectory() as scratch:
        modules = scratch if install(scratch) else None
        if not modules:
            print("node or its libraries are missing: only our own figures")
        print("difference      ours us  beside us  " +
              "".join("%18s us  ratio  beside" % p.split("@")[0] for p in PEERS))
        for shape in SHAPES:
            run(SETS, "write", scratch, *map(str, shape))
            found = differences(scratch, modules)
            ours, beside = found.pop("ours"), found.pop("beside")
            print("%5d x %-5d %10.0f %10.0f  " % (*shape, ours, beside) +
                  "".join("%18.0f     %5.2f   %5.2f" % (took, ours / took, beside / took)
                          for took in found.values()))
            print("   reading it %9.0f %10.0f" % tuple(readings(scratch)))
            pairs = [line.split() for line in run(SETS, "id", scratch, str(ROUNDS))]
            whole, bare = (statistics.median(float(p[i]) for p in pairs) for i in (0, 1))
            print("   id of it  %10.0f   SHA-256 of the same bytes %8.0f   ratio %5.2f" %
                  (whole, bare, whole / bare))
    return 0


sys.exit(main())
