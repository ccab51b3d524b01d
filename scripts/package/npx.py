"""`npx -y runpod-mcp@latest`, against a registry of our own packages that notes what is fetched."""

import base64
import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

from bench import Bench, Story, conversation, run


class Registry(ThreadingHTTPServer):
    """Serves packages as npm asks for them: a document for each name, and tarballs."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.manifests: dict[str, dict[str, object]] = {}
        self.tarballs: dict[str, bytes] = {}
        self.fetched: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def add(self, manifest: dict[str, object], content: bytes | None) -> None:
        """Without content the package is announced, and fetching it fails."""
        name = str(manifest["name"])
        path = f"tarballs/{name.replace('/', '-')}.tgz"
        digest = base64.b64encode(hashlib.sha512(content or b"").digest()).decode()
        self.manifests[name] = manifest | {"dist": {"tarball": self.address + path, "integrity": f"sha512-{digest}"}}
        if content is not None:
            self.tarballs[path] = content


class Answer(BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        path = unquote(self.path).strip("/")
        if path.startswith("tarballs/"):
            self.server.fetched.append(path)
            return self.send(self.server.tarballs.get(path))
        manifest = self.server.manifests.get(path)
        if manifest is None:
            return self.send(None)
        version = str(manifest["version"])
        document = {"name": path, "dist-tags": {"latest": version}, "versions": {version: manifest}}
        return self.send(json.dumps(document).encode())

    def send(self, body: bytes | None) -> None:
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def registry(bench: Bench) -> Iterator[Registry]:
    with Registry() as served:
        for folder in sorted(bench.packages.iterdir()):
            manifest = json.loads((folder / "package.json").read_text())
            ours = folder.name in ("runpod-mcp", bench.platform)
            served.add(manifest, bench.tarball(folder.name).read_bytes() if ours else None)
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield served
        served.shutdown()


def tell(bench: Bench, story: Story) -> None:
    with registry(bench) as served:
        # With a cache of its own: in the other are the tarballs that the launcher's checks installed.
        env = bench.env(npm_config_registry=served.address, npm_config_cache=str(bench.scratch / "cache-of-npx"))
        cwd = bench.scratch / "home"
        done = run("npx", "-y", "runpod-mcp@latest", "--version", env=env, cwd=cwd)
        story.check("npx: runs the newest", done.stdout.strip() == f"runpod-mcp {bench.version}", done)
        fetched = {Path(one).name for one in served.fetched}
        wanted = {"runpod-mcp.tgz", f"@runpod-mcp-{bench.platform}.tgz"}
        story.check("npx: fetches the launcher and one program, no other platform's", fetched == wanted, fetched)
        done = run("npx", "-y", "runpod-mcp@latest", "call", "list-pods", "--sandbox", env=env, cwd=cwd)
        story.check("npx: a tool call on the sandbox", done.returncode == 0 and "items" in json.loads(done.stdout), done)
        done = run("npx", "-y", "runpod-mcp@latest", "call", "no-such-tool", "--sandbox", env=env, cwd=cwd)
        story.check("npx: the exit code of the program", done.returncode == 2, done)
        install(bench, story, env, cwd)


def install(bench: Bench, story: Story, env: dict[str, str], cwd: Path) -> None:
    """What a person types who has nothing but npx: the entry must outlive the cache that this run came from."""
    file = cwd / ".cursor/mcp.json"
    file.parent.mkdir()
    before = '{\n  "mcpServers": {} // mine\n}\n'
    file.write_text(before)
    said = ["--client", "cursor", "--yes"]
    done = run("npx", "-y", "runpod-mcp@latest", "add", *said, "--mode", "local", "--sandbox", env=env, cwd=cwd)
    entry = {"command": "npx", "args": ["-y", f"runpod-mcp@{bench.version}", "serve", "--sandbox"]}
    written = file.read_text().replace(" // mine", "")
    story.check("npx: add writes an entry by the package", json.loads(written)["mcpServers"].get("runpod") == entry, (done, written))
    (hello, listed), code = conversation([entry["command"], *entry["args"]], env, ("tools/list", {}))
    story.check("npx: that entry serves", hello["serverInfo"]["name"] == "runpod-mcp" and len(listed["tools"]) > 20, hello)
    done = run("npx", "-y", "runpod-mcp@latest", "remove", *said, env=env, cwd=cwd)
    story.check("npx: remove restores the file to the byte", done.returncode == 0 and file.read_text() == before, done)
