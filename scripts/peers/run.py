"""Runs the peers that were asked for and says how many of their checks held."""

import argparse
import asyncio
import sys
from pathlib import Path

import canary
import claude
import hosted
import inspector
import installs
import official
import python_client
import sdk
from story import Bench, Story

PEERS = {
    "python": python_client.tell,
    "inspector": inspector.tell,
    "official": official.tell,
    "sdk": sdk.tell,
    "claude": claude.tell,
    "installs": installs.tell,
    "hosted": hosted.tell,
    "canary": canary.tell,
}


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, required=True, help="runpod-mcp")
    parser.add_argument("--peers", type=Path, required=True, help="where scripts/install-peers.sh put them")
    parser.add_argument("names", nargs="*", metavar="peer", help=", ".join(PEERS))
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(PEERS):
        parser.error(f"no peer is called {', '.join(unknown)}; there are {', '.join(PEERS)}")

    bench = Bench(binary=asked.binary.resolve(), peers=asked.peers.resolve())
    bench.log.unlink(missing_ok=True)
    story = Story()
    for name in asked.names or PEERS:
        await PEERS[name](bench, story)
    print(f"{story.held} held, {story.failed} failed; what the servers said on stderr is in {bench.log}")
    return 1 if story.failed or not story.held else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
