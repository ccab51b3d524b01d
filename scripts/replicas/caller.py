"""One client: signs in, asks, and asks again where that is safe. Knows which replica answered."""

import base64
import hashlib
import http.client
import json
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

BACK = "http://127.0.0.1:3118/callback"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.replica = response.headers.get("X-Replica")
        self.text = response.read().decode()

    def json(self):
        return json.loads(self.text)

    def expect(self, status):
        if self.status != status:
            raise SystemExit(f"{status} was expected, {self.status} came: {self.text[:500]}")
        return self


class Caller:
    def __init__(self, url, key=None):
        self.url = url
        self.key = key

    def send(self, method, path, body=None, headers=None):
        host = urlsplit(self.url)
        connection = http.client.HTTPConnection(host.hostname, host.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def form(self, path, fields):
        return self.send("POST", path, urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})

    def rpc(self, method, params=None, more=None):
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": "2025-11-25",
            **(more or {}),
        }
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        return self.send("POST", "/mcp", json.dumps(message), headers)

    def tool(self, name, arguments=None, more=None):
        return self.rpc("tools/call", {"name": name, "arguments": arguments or {}}, more)

    def read(self, name, arguments=None, tries=5):
        """Calls a tool that only reads, again when nobody answered. Says how often it had to ask."""
        for count in range(1, tries + 1):
            try:
                answer = self.tool(name, arguments)
            except (OSError, http.client.HTTPException):
                continue
            if answer.status in (502, 503, 504):
                continue
            result = answer.expect(200).json()["result"]
            if result.get("isError"):
                raise SystemExit(f"{name} failed: {answer.text[:500]}")
            return count
        raise SystemExit(f"{name} failed {tries} times")


def query(url, name):
    return parse_qs(urlsplit(url).query)[name][0]


def sign_in(town):
    """The whole sign-in, each step as a request of its own. Answers the key, and who answered each step."""
    caller, replicas = Caller(town.url), []

    def step(answer, status):
        replicas.append(answer.expect(status).replica)
        return answer

    challenge_of = lambda verifier: base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(12)
    step(caller.rpc("initialize"), 401)
    document = step(caller.send("GET", "/.well-known/oauth-authorization-server"), 200).json()
    if document["issuer"].rstrip("/") != town.url:
        raise SystemExit(f"the issuer is {document['issuer']}, not {town.url}")
    wish = json.dumps({"client_name": "replicas", "redirect_uris": [BACK], "token_endpoint_auth_method": "none"})
    client = step(caller.send("POST", "/register", wish, {"Content-Type": "application/json"}), 201).json()["client_id"]
    asked = urlencode({
        "response_type": "code", "client_id": client, "redirect_uri": BACK, "state": state,
        "code_challenge": challenge_of(verifier), "code_challenge_method": "S256",
    })
    handoff = step(caller.send("GET", f"/authorize?{asked}"), 302).headers["Location"]
    back = approve(handoff)
    if query(back, "state") != state:
        raise SystemExit("the console brought back another state")
    claim = {
        "grant_type": "authorization_code", "code": query(back, "code"), "redirect_uri": BACK,
        "client_id": client, "code_verifier": verifier,
    }
    key = step(caller.form("/token", claim), 200).json()["access_token"]
    step(Caller(town.url, key).rpc("tools/list"), 200)
    again = caller.form("/token", claim)
    if again.status != 400:
        raise SystemExit(f"a code was taken twice: {again.status} {again.text[:200]}")
    return key, replicas


def approve(handoff):
    """What a person does at the twin's console."""
    page = query(handoff, "redirect")
    fields = {name: query(page, name) for name in ["request", "redirect_uri", "state"]}
    console = urlsplit(handoff)
    path = console.path.removesuffix("/login") + urlsplit(page).path
    answer = Caller(f"{console.scheme}://{console.netloc}").form(path, {**fields, "decision": "approve"})
    return answer.expect(302).headers["Location"]
