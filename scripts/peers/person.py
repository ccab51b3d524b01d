"""Somebody in front of a browser: opens the link that a client shows, approves in the sandbox's console, and is sent back."""

import asyncio
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2


def query(address: str) -> dict[str, str]:
    """The query of an address, each name once."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def decide(handoff: str, decision: str, home: str) -> str:
    """Decides at the console that a hand-off leads to; gives the address that starts with `home`, unopened."""
    inner = query(handoff)["redirect"]
    console = handoff.split("/login?")[0]
    async with httpx2.AsyncClient() as browser:
        page = await browser.get(console + inner)
        page.raise_for_status()
        asked = query(inner)
        form = {name: asked.get(name, "") for name in ("request", "redirect_uri", "state")} | {"decision": decision}
        at = console + urlsplit(inner).path
        answer = await browser.post(at, data=form)
        while answer.is_redirect:
            at = urljoin(at, answer.headers["location"])
            if at.startswith(home):
                return at
            answer = await browser.get(at)
    raise RuntimeError(f"the browser was not sent back but got {answer.status_code}")


async def patiently(browser: httpx2.AsyncClient, address: str) -> httpx2.Response:
    """Opens an address at which somebody may begin to listen only now: clients show their link before that."""
    for _ in range(100):
        try:
            return await browser.get(address)
        except httpx2.ConnectError:
            await asyncio.sleep(0.1)
    return await browser.get(address)


async def sign_in(link: str) -> int:
    """Opens the link of a client, approves, and goes back to the client; gives the status of what it shows then."""
    async with httpx2.AsyncClient() as browser:
        sent = await browser.get(link)
        back = await decide(sent.headers["location"], "approve", query(link)["redirect_uri"])
        return (await patiently(browser, back)).status_code
