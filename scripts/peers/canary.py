"""t01: no key, code, verifier, state or secret of a call is written down, whichever way it came and whatever is logged.

Everything that a caller sends in confidence carries a mark, and what the server makes for a caller (codes, keys, client
ids) is remembered. A whole day of a server happens at every level of the log: a sign-in, tools, mistakes, refusals. Then
all that it wrote is searched.
"""

import base64
import hashlib
import json
import os

import httpx2

import person
from story import Bench, Served, Story, connected, call, sandbox, serving

MARK = "CANARY"
KEY = f"rpa_{MARK}0KEY0THAT0NOBODY0KNOWS0000000000000"
# No key by its looks, so nothing that masks keys helps it.
TOKEN = f"{MARK}-token-without-the-looks-of-a-key"
VERIFIER = f"{MARK}-verifier-" + "v" * 40
WRONG_VERIFIER = f"{MARK}-other-verifier-" + "w" * 40
STATE = f"{MARK}-state 1&2"
HOME = "http://127.0.0.1:9/callback"

LEVELS = [["--log", level] for level in ("off", "error", "warn", "info", "debug", "trace")] + [["--verbose-logs"]]

SECRETS = {
    "create-container-registry-auth": {"name": "canary", "username": "somebody", "password": f"{MARK}-password"},
    "create-template": {"name": "canary", "imageName": "alpine:3", "env": {"TOKEN": f"{MARK}-value"}},
    # Wrong on purpose: complaints must not repeat what they complain about.
    "create-pod": {"name": 5, "env": {"TOKEN": f"{MARK}-value"}, "password": f"{MARK}-stray"},
}


async def tell(bench: Bench, story: Story) -> None:
    for flags in LEVELS:
        said = " ".join(flags).removeprefix("--")
        async with serving(bench, "--sandbox", "--require-auth", *flags) as served:
            secrets, figures = await day(served)
        written = served.out.decode(errors="replace") + served.err.decode(errors="replace") + figures
        story.check(f"t01 http, {said}: nothing that was a secret is written down", *clean(written, secrets))
        # A search that finds nothing in nothing proves nothing.
        story.check(f"t01 http, {said}: there was something to search", served.err or flags[-1] in ("off", "error", "warn"))
        story.check(f"t01 http, {said}: the sign-in came to its end", len(secrets) > 5, secrets)
        await over_stdio(bench, story, flags, said)


def clean(written: str, secrets: list[str]) -> tuple[bool, str]:
    """Whether no secret is in there; and where the first one is."""
    found = next((secret for secret in [MARK, *secrets] if secret in written), None)
    at = written.find(found) if found else 0
    return found is None, written[max(0, at - 300) : at + 200] if found else ""


async def day(served: Served) -> tuple[list[str], str]:
    """Everything that may happen to a server; what was secret in it, and its figures at the end."""
    async with httpx2.AsyncClient(timeout=60) as client:
        await strangers(client, served)
        secrets = await sign_in(client, served)
        await tools(client, served, secrets[-1])
        figures = await client.get(f"{served.base}/metrics")
        figures.raise_for_status()
    return secrets, figures.text


async def strangers(client: httpx2.AsyncClient, served: Served) -> None:
    """Those who are not let in."""
    for headers in (
        {"authorization": f"Bearer {KEY}"},
        {"authorization": f"Bearer {TOKEN}"},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": f"Bearer {TOKEN} and more"},
        {"x-api-key": TOKEN},
        {"cookie": f"token={TOKEN}"},
        {"authorization": f"Bearer {KEY}", "mcp-session-id": TOKEN, "mcp-protocol-version": TOKEN},
    ):
        for body in (message("tools/list"), f'{{"key": "{TOKEN}', f'[{{"key":"{TOKEN}"}}]', message("initialize", {"key": TOKEN})):
            await post(client, served, body, headers)
        await client.get(served.url, headers=headers)
    await client.get(f"{served.url}?access_token={TOKEN}")
    await client.get(f"{served.base}/nowhere?api_key={TOKEN}", headers={"referer": f"http://x/?key={TOKEN}"})


async def sign_in(client: httpx2.AsyncClient, served: Served) -> list[str]:
    """Signs in, with mistakes on the way; what was secret, the key last."""
    wish = {"client_name": "canary", "redirect_uris": [HOME], "token_endpoint_auth_method": "none"}
    registered = (await client.post(f"{served.base}/register", json=wish)).json()["client_id"]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code",
        "client_id": registered,
        "redirect_uri": HOME,
        "state": STATE,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    for mistake in ({"redirect_uri": f"https://evil.example/{MARK}"}, {"code_challenge_method": "plain"}, {"client_id": TOKEN}):
        await client.get(f"{served.base}/authorize", params=asked | mistake)
    handoff = (await client.get(f"{served.base}/authorize", params=asked)).headers["location"]
    inner = person.query(person.query(handoff)["redirect"])
    denied = (await client.get(f"{served.base}/authorize", params=asked)).headers["location"]
    await person.decide(denied, "deny", HOME)
    back = person.query(await person.decide(handoff, "approve", HOME))
    assert back["state"] == STATE, "the state came back as another one"
    claim = {
        "grant_type": "authorization_code",
        "client_id": registered,
        "code": back["code"],
        "redirect_uri": HOME,
        "code_verifier": VERIFIER,
    }
    # Whatever comes with the right code uses it up.
    for mistake in ({"code": f"{MARK}-code"}, {"grant_type": MARK}):
        await client.post(f"{served.base}/token", data=claim | mistake)
    token = await client.post(f"{served.base}/token", data=claim)
    assert token.status_code == 200, token.text
    for again in ({}, {"code_verifier": WRONG_VERIFIER}, {"client_id": TOKEN}, {"redirect_uri": f"{HOME}/{MARK}"}):
        await client.post(f"{served.base}/token", data=claim | again)
    key = token.json()["access_token"]
    return [registered, challenge, inner["request"], inner.get("state") or STATE, STATE, back["code"], key]


async def tools(client: httpx2.AsyncClient, served: Served, key: str) -> None:
    """Calls with secrets in them, good and bad."""
    headers = {"authorization": f"Bearer {key}"}
    for name, arguments in SECRETS.items():
        await post(client, served, message("tools/call", {"name": name, "arguments": arguments}), headers)
    await post(client, served, message("tools/call", {"name": "list-pods", "_meta": {"progressToken": TOKEN}}), headers)
    await post(client, served, message("tools/call", {"name": "list-pods", "arguments": TOKEN}), headers)
    await post(client, served, message("tools/list"), headers | {"x-mcp-toolsets": TOKEN})
    await post(client, served, message("tools/list"), headers | {"x-request-id": f"{TOKEN} with blanks"})
    await post(client, served, message("tools/list"), headers | {"origin": f"https://{TOKEN}.example"})


def message(method: str, params: dict | None = None) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method} | ({"params": params} if params else {}))


async def post(client: httpx2.AsyncClient, served: Served, body: str, headers: dict[str, str]) -> None:
    usual = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    await client.post(served.url, content=body, headers=usual | headers)


async def over_stdio(bench: Bench, story: Story, flags: list[str], said: str) -> None:
    """A key that Runpod refuses, and secrets in arguments, over stdio."""
    async with sandbox(bench) as exports:
        for key in (KEY, exports["RUNPOD_API_KEY"]):
            before = bench.log.stat().st_size if bench.log.exists() else 0
            env = {"PATH": os.environ["PATH"]} | exports | {"RUNPOD_API_KEY": key}
            async with connected(bench, [str(bench.binary), "serve", *flags], "auto", env) as client:
                answers = [await call(client, *sent) for sent in SECRETS.items()]
                answers.append(await call(client, "list-pods"))
            written = bench.log.read_text(errors="replace")[before:] + str(answers)
            whose = "a key that is refused" if key == KEY else "a good key"
            # Two of the calls are right, so that their secrets went the whole way.
            wrong = [answer.error for answer in answers]
            story.check(f"t01 stdio, {said}, {whose}: calls end as they should", wrong == [key == KEY, key == KEY, True, key == KEY], wrong)
            story.check(f"t01 stdio, {said}, {whose}: nothing that was a secret is written down", *clean(written, [key]))
