"""Claude Code adds the server by its own command and reports it connected; its home is a scratch folder."""

import tempfile
from pathlib import Path

from story import Bench, Story, run


async def tell(bench: Bench, story: Story) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        env = {
            "HOME": scratch,
            "PATH": f"{Path(bench.node).parent}:/usr/local/bin:/usr/bin:/bin",
            # No account, no update check, no telemetry.
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
        }

        async def claude(*arguments: str) -> tuple[int, str, str]:
            return await run(bench.module(".bin/claude"), *arguments, env=env, cwd=Path(scratch))

        code, out, err = await claude("mcp", "add", "runpod", "-s", "user", "--", str(bench.binary), "serve", "--sandbox")
        story.check("claude: mcp add", code == 0, (code, out, err))
        code, out, err = await claude("mcp", "list")
        line = next((line for line in out.splitlines() if line.startswith("runpod")), "")
        story.check("claude: mcp list shows it connected", code == 0 and "Connected" in line, (code, out, err))
        code, out, err = await claude("mcp", "remove", "runpod", "-s", "user")
        story.check("claude: mcp remove", code == 0, (code, out, err))
