"""Sums up what cargo-llvm-cov measured: a Markdown table by area on stdout, and a file with the lines no test comes to."""

import json
import pathlib
import re
import sys

AIM = 90
# The first that fits counts.
AREAS = [
    ("client: mapping", r"runpod-api/src/.*/v[12](/|\.rs)|runpod-api/src/(container|templates/spread|mapped|query)"),
    ("client: views", r"runpod-api/src/.*(view|said)"),
    ("client: wire", r"runpod-api/src/(wire|retry|rate|sse|scan|answer|trace|clock|hosts)"),
    ("client: the rest", r"runpod-api/src/"),
    ("policy and selection", r"runpod-mcp/src/(policy|tools/selection|serve/http/(limiter|toolsets))"),
    ("OAuth", r"runpod-mcp/src/oauth"),
    ("editors", r"runpod-mcp/src/install/edit"),
    ("installer", r"runpod-mcp/src/install"),
    ("state and credential", r"runpod-mcp/src/(state|credential|lock)"),
    ("transports", r"runpod-mcp/src/(serve|bridge|mcp)"),
    ("tools and replies", r"runpod-mcp/src/(tools?|reply|former|files)"),
    ("command line and the rest", r"runpod-mcp/src/"),
]


def area(path):
    return next((name for name, pattern in AREAS if re.search(pattern, path)), None)


def shipped(path):
    """How many lines come before the tests of a file."""
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    ends = (number for number, line in enumerate(lines, 1) if line.startswith("#[cfg(test)]"))
    return min(ends, default=len(lines) + 1)


def measured(report):
    """Every file of a report in the form of lcov, as its path and how often tests came to each of its lines."""
    path, counts = "", {}
    for entry in pathlib.Path(report).read_text(encoding="utf-8").splitlines():
        kind, _, rest = entry.partition(":")
        if kind == "SF":
            path, counts = rest, {}
        elif kind == "DA":
            line, count = (int(number) for number in rest.split(",")[:2])
            counts[line] = count
        elif entry == "end_of_record":
            yield path, counts


def main(report, missed):
    sums, silent = {name: [0, 0] for name, _ in AREAS}, []
    for path, counts in measured(report):
        name = area(path)
        if not name:
            continue
        end = shipped(path)
        counts = {line: count for line, count in counts.items() if line < end}
        sums[name][0] += sum(count > 0 for count in counts.values())
        sums[name][1] += len(counts)
        silent += [f"{path}:{line}" for line, count in sorted(counts.items()) if count == 0]
    pathlib.Path(missed).write_text("\n".join(silent) + "\n", encoding="utf-8")
    print("| area | lines | come to | |\n|---|---|---|---|")
    for name, (hit, all_of_them) in sums.items():
        share = 100 * hit / max(all_of_them, 1)
        print(f"| {name} | {all_of_them} | {share:.1f} % | {'' if share >= AIM else 'below'} |")


main(*sys.argv[1:])
