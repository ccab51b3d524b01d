"""What must hold when several replicas serve the same people. One line each; the first that does not hold ends it."""

import signal
import sys
import threading
import time

from caller import Caller, sign_in
from collector import Collector
from town import Town, wait_for

RATE = 60


def told(text):
    print(f"ok  {text}", flush=True)


def signs_in_across_replicas(town):
    key, replicas = sign_in(town)
    for before, after in zip(replicas, replicas[1:]):
        if before == after:
            raise SystemExit(f"two steps in a row were answered by {before}: {replicas}")
    told(f"a sign-in of {len(replicas)} steps, each answered by another replica than the one before")
    return key


def limits_across_replicas(town, key):
    """Sends until it is refused. Three replicas that counted alone would let three times as many pass."""
    caller, passed, refused, seen = Caller(town.url, key), 0, None, set()
    began = time.monotonic()
    while refused is None:
        answer = caller.tool("list-pods")
        seen.add(answer.replica)
        if answer.status == 429:
            refused = answer
        else:
            answer.expect(200)
            passed += 1
        if passed > 4 * RATE:
            raise SystemExit(f"{passed} calls passed; {RATE} a minute are allowed")
    # Half of it at once, and what was earned meanwhile.
    most = RATE / 2 + (time.monotonic() - began) * RATE / 60 + 1
    if passed > most:
        raise SystemExit(f"{passed} calls passed where {most:.0f} may")
    if int(refused.headers.get("Retry-After", 0)) < 1:
        raise SystemExit("a refusal that does not say how long to wait")
    told(f"a limit of {RATE} a minute let {passed} calls pass over {len(seen)} replicas, then said 429")


def survives_a_killed_replica(town, keys):
    """Reads from many threads while one replica is killed and comes back."""
    stop, counts, failures = threading.Event(), [], []

    def work(key):
        caller = Caller(town.url, key)
        while not stop.is_set():
            try:
                counts.append(caller.read("list-pods"))
            except BaseException as failure:
                failures.append(str(failure))
                stop.set()

    threads = [threading.Thread(target=work, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    wait_for("load runs", lambda: len(counts) > 50 or failures)
    town.end("replica 2", signal.SIGKILL)
    at_kill = len(counts)
    wait_for("load goes on without it", lambda: len(counts) > at_kill + 100 or failures)
    town.start_replica("replica 2")
    at_return = len(counts)
    wait_for("load goes on with it", lambda: len(counts) > at_return + 50 or failures)
    stop.set()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"a call failed: {failures[0]}")
    again = sum(count > 1 for count in counts)
    told(f"a replica killed under load: {len(counts)} reads, none failed, {again} were asked again")


def survives_the_shared_server(town, key):
    """Goes on without Valkey, and counts together again when it is back."""
    caller = Caller(town.url, key)
    town.end("state", signal.SIGKILL)
    for _ in range(12):
        caller.tool("list-pods").expect(200)
    ready = [town.is_ready(name) for name in town.replicas]
    if not all(ready):
        raise SystemExit("a replica is not ready although it can serve")
    town.start_state()
    time.sleep(2)
    for _ in range(6):
        caller.tool("list-pods").expect(200)
    sign_in(town)
    told("the shared server killed: 12 calls went on, then it came back and a sign-in worked")


def traces_a_call(town, key, collector):
    """From the client's span over ours to the calls of Runpod; what was recorded is sent before a replica ends."""
    trace, client = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    Caller(town.url, key).tool("list-pods", more={"traceparent": f"00-{trace}-{client}-01"}).expect(200)
    for name in town.replicas:
        town.end(name)
    ours = [span for span in collector.of(trace) if span.get("parentSpanId") == client]
    if [span["name"] for span in ours] != ["tools/call"]:
        raise SystemExit(f"inside of the client's span are {ours}; all in all {len(collector.spans)} spans came")
    calls = [span["name"] for span in collector.of(trace) if span.get("parentSpanId") == ours[0]["spanId"]]
    if calls != ["listPods"]:
        raise SystemExit(f"inside of ours are {calls}")
    if key in str(collector.spans):
        raise SystemExit("a span holds the key")
    told("a trace of three: the client's span, ours inside of it, the call of Runpod inside of that")


def main(binary):
    # Load is not to be refused; the limit has a story of its own.
    load = {"MCP_RATE_PER_KEY": "0", "MCP_RATE_PER_IP": "0"}
    with Town(binary, load) as town:
        key = signs_in_across_replicas(town)
        survives_a_killed_replica(town, [key] * 8)
        survives_the_shared_server(town, key)
    collector = Collector()
    limited = {"MCP_RATE_PER_KEY": str(RATE), "MCP_RATE_PER_IP": "0", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    with Town(binary, limited) as town:
        key = town.exports["RUNPOD_API_KEY"]
        limits_across_replicas(town, key)
        wait_for("the limit lets one more call pass", lambda: Caller(town.url, key).tool("list-pods").status == 200)
        time.sleep(1.1)
        traces_a_call(town, key, collector)


if __name__ == "__main__":
    main(sys.argv[1])
