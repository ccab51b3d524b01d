"""The processes of a small town: a twin, a Valkey or Redis server, replicas, and nginx in front of them."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

REPLICAS = 3
PASSWORD = "town"
SEAL_KEY = "k1:" + "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream replicas {{
    {servers}
    keepalive 16;
  }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://replicas;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto http;
      proxy_buffering off;
      # A POST that may have arrived is not sent to another one: whether to ask again is for the client to say.
      proxy_next_upstream error timeout;
      add_header X-Replica $upstream_addr always;
    }}
  }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, done, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if done():
            return
        time.sleep(0.02)
    raise SystemExit(f"{what} within {seconds} s")


def listens(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def program(*names):
    for name in names:
        found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
        if found:
            return found
    raise SystemExit(f"none of {', '.join(names)} is installed")


class Town:
    """Everything, up and running; `with` ends it."""

    def __init__(self, binary, settings):
        self.binary = binary
        self.folder = Path(tempfile.mkdtemp(prefix="replicas-"))
        self.settings = settings
        self.processes = {}
        self.ports = {name: free_port() for name in ["twin", "state", "front"]}
        self.replicas = {f"replica {n}": free_port() for n in range(1, REPLICAS + 1)}

    def __enter__(self):
        try:
            self.start_twin()
            self.start_state()
            for name in self.replicas:
                self.start_replica(name)
            self.start_front()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in list(self.processes):
            self.end(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.ports['front']}"

    def run(self, name, command, env=None, **more):
        log = open(self.folder / f"{name}.log", "ab")
        base = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        process = subprocess.Popen(command, env={**base, **(env or {})}, stderr=log, cwd=self.folder, **more)
        self.processes[name] = process
        return process

    def start_twin(self):
        at = f"127.0.0.1:{self.ports['twin']}"
        twin = self.run("twin", [self.binary, "sandbox", "--listen", at], stdout=subprocess.PIPE, text=True)
        self.exports = {}
        while "CONSOLE_BASE_URL" not in self.exports:
            line = twin.stdout.readline()
            if not line:
                raise SystemExit("the twin did not start:\n" + self.log("twin"))
            name, _, value = line.removeprefix("export ").strip().partition("=")
            self.exports[name] = value

    def start_state(self):
        port = str(self.ports["state"])
        server = program("valkey-server", "redis-server")
        command = [server, "--bind", "127.0.0.1", "--port", port, "--save", "", "--requirepass", PASSWORD]
        self.run("state", command, stdout=subprocess.DEVNULL)
        wait_for("the shared server listens", lambda: listens(self.ports["state"]))

    def start_replica(self, name):
        port = self.replicas[name]
        # Each caller brings a key.
        hosts = {key: value for key, value in self.exports.items() if key != "RUNPOD_API_KEY"}
        env = {
            **hosts,
            "MCP_PUBLIC_URL": self.url,
            "MCP_TRUSTED_PROXIES": "127.0.0.1",
            "MCP_STATE_URL": f"redis://:{PASSWORD}@127.0.0.1:{self.ports['state']}",
            "MCP_SEAL_KEYS": SEAL_KEY,
            **self.settings,
        }
        self.run(name, [self.binary, "serve", "--http", f"127.0.0.1:{port}"], env, stdout=subprocess.DEVNULL)
        wait_for(f"{name} is ready", lambda: self.is_ready(name))

    def is_ready(self, name):
        if self.processes[name].poll() is not None:
            raise SystemExit(f"{name} ended:\n" + self.log(name))
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.replicas[name], timeout=5)
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False

    def start_front(self):
        servers = "\n    ".join(f"server 127.0.0.1:{port} max_fails=1 fail_timeout=1s;" for port in self.replicas.values())
        config = NGINX.format(folder=self.folder, servers=servers, port=self.ports["front"])
        (self.folder / "nginx.conf").write_text(config)
        self.run("front", [program("nginx"), "-c", str(self.folder / "nginx.conf"), "-p", str(self.folder)])
        wait_for("nginx listens", lambda: listens(self.ports["front"]))

    def end(self, name, how=signal.SIGTERM):
        process = self.processes.pop(name)
        if process.poll() is None:
            process.send_signal(how)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")[-4000:]
