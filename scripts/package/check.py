"""Checks every package that can be made here, and says how many things held."""

import argparse
import shutil
import sys
from pathlib import Path

import bundle
import launcher
import npx
from bench import Bench, Story


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, required=True, help="runpod-mcp, stripped")
    parser.add_argument("--triple", required=True, help="what it was built for, in Rust's words")
    parser.add_argument("--xtask", type=Path, required=True, help="the built chores")
    parser.add_argument("--work", type=Path, required=True, help="a folder for everything that is made")
    parser.add_argument("--newer-node", type=Path, required=True, help="a node that can become another program, if it is there")
    asked = parser.parse_args()

    scratch = asked.work / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    bench = Bench(asked.program, asked.triple, asked.xtask, asked.work / "tools", scratch, asked.newer_node)
    story = Story()
    bench.pack()
    launcher.tell(bench, story)
    npx.tell(bench, story)
    bundle.tell(bench, story)
    print(f"{story.held} held, {story.failed} failed")
    return 1 if story.failed or not story.held else 0


if __name__ == "__main__":
    sys.exit(main())
