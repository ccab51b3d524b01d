//! Waiting until a Pod is up: it runs, and the ports that it asked for are mapped. Or until it shows that it will not.
//!
//! Whatever ends the wait, the reply is about the Pod: what it shows now, what was seen on the way, how to connect, or
//! the call to make next.

mod verdict;

use std::time::Duration;

use runpod_api::pods::{Include, Pod};
use runpod_api::{Error, Id, Mapped};
use serde_json::{Map, Value, json};

use crate::reply::Reply;
use crate::tool::wait::{End, Look, Pace, Wait, Waited};
use crate::tool::{Cx, Outcome};

const PACE: Pace = Pace { first: Duration::from_secs(2), most: Duration::from_secs(5) };

/// How long a Pod that was told to start may still show that it is stopped.
const LAG: Duration = Duration::from_secs(10);

/// Where the HTTP ports of Pods are.
const PROXY: &str = "proxy.runpod.net";

/// How far a Pod is.
#[derive(Debug, PartialEq, Eq)]
enum Stage {
    /// Runs, ports mapped.
    Up,
    /// On its way; what it does, in a few words.
    Coming(String),
    /// Will not come by itself; why, and what helps.
    Down(&'static str),
}

/// Where a wait begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begun {
    /// With a Pod that is there.
    Earlier,
    /// With a Pod that was created just now.
    Created,
    /// With a Pod that was told to start just now.
    Started,
}

/// Waits for a Pod that is only read, to show this much of it.
pub(super) async fn read(cx: &Cx, id: &Id, time: Duration, shown: (Include, bool)) -> Outcome {
    let (include, reveal) = shown;
    let waited = up(cx, id, time, (Begun::Earlier, include)).await;
    match (&waited.last, &waited.end) {
        (Some(pod), _) => Ok(told(cx, Reply::shown(pod, reveal), id, &waited).await),
        (None, End::Failed(error)) => Err(error.clone().into()),
        // No look and no failure: there was no time for one, so this one has to do.
        (None, _) => Ok(Reply::shown(&cx.client.pods().get_with(id, include).await?, reveal)),
    }
}

/// Waits for a Pod that was just changed. What the change answered is the reply if nothing better comes.
pub(super) async fn after(cx: &Cx, id: &Id, time: Duration, changed: (Begun, Reply)) -> Reply {
    let (begun, reply) = changed;
    cx.made.note(id.as_str());
    let verb = if begun == Begun::Created { "was created" } else { "was started" };
    cx.progress.report(0.0, Some(time.as_secs_f64()), format!("Pod {id} {verb}; waiting until it runs"));
    let waited = up(cx, id, time, (begun, Include::default())).await;
    let reply = match &waited.last {
        Some(pod) => Reply::of(pod).after(reply),
        None => reply,
    };
    told(cx, reply, id, &waited).await
}

async fn up(cx: &Cx, id: &Id, time: Duration, (begun, include): (Begun, Include)) -> Waited<Mapped<Pod>> {
    let (clock, began) = (cx.client.clock(), cx.client.clock().now());
    let look = || async move {
        let seen = cx.client.pods().get_with(id, include).await?;
        let lags = begun == Begun::Started && clock.now().saturating_sub(began) < LAG;
        Ok::<_, Error>(match stage(&seen.view) {
            Stage::Coming(state) => Look { seen, state, over: false },
            Stage::Up | Stage::Down(_) => {
                let state = seen.view.status.clone();
                let over = !(lags && state == "EXITED");
                Look { seen, state, over }
            }
        })
    };
    Wait::begin(cx, format!("Pod {id}"), time, PACE).read_by("get-pod", &[id]).until(look).await
}

fn stage(pod: &Pod) -> Stage {
    match pod.status.as_str() {
        "RUNNING" => match pod.ports.iter().find(|port| !is_mapped(pod, port)) {
            None => Stage::Up,
            Some(port) => Stage::Coming(format!("RUNNING, {port} not mapped yet")),
        },
        "ERROR" => Stage::Down(
            "its container did not come up, most often because the image cannot be pulled: stream-pod-logs with source \
             system says why; repair it with update-pod (imageName, containerRegistryAuthId) and start-pod, or delete-pod",
        ),
        "EXITED" => Stage::Down(
            "it is stopped: its container ended, somebody stopped it, or the money ran out; stream-pod-logs and \
             get-billing tell, start-pod starts it again",
        ),
        "TERMINATED" => Stage::Down("Runpod ended it for good: create-pod makes another one"),
        other => Stage::Coming(other.to_owned()),
    }
}

/// Whether a port that was asked for is reachable. HTTP goes through a proxy that is there from the beginning.
fn is_mapped(pod: &Pod, port: &str) -> bool {
    match port.split_once('/') {
        Some((number, "tcp" | "udp")) => address(pod, number).is_some(),
        _ => true,
    }
}

/// Where a port of the container is reached from outside, as `host:port`.
fn address(pod: &Pod, number: &str) -> Option<String> {
    let number: u16 = number.parse().ok()?;
    let ports = &pod.runtime.as_ref()?.ports;
    let port = ports.iter().find(|port| port.private == Some(number) && port.public.is_some())?;
    Some(format!("{}:{}", port.ip.as_deref()?, port.public?))
}

/// The ways into a Pod that is up.
fn connect(pod: &Pod) -> Value {
    let mut ways = Map::new();
    let (direct, proxy) = (pod.ssh.direct.as_ref(), pod.ssh.proxy.as_ref());
    ways.extend(direct.or(proxy).map(|ssh| ("ssh".to_owned(), ssh.command.as_str().into())));
    for port in &pod.ports {
        let way = match port.split_once('/') {
            Some((number, "http")) => Some(format!("https://{}-{number}.{PROXY}", pod.id)),
            Some((number, _)) => address(pod, number),
            None => None,
        };
        ways.extend(way.map(|way| (port.clone(), way.into())));
    }
    ways.into()
}

/// The reply with how the wait went and what comes next.
async fn told(cx: &Cx, reply: Reply, id: &Id, waited: &Waited<Mapped<Pod>>) -> Reply {
    let pod = waited.last.as_ref().map(|pod| &pod.view);
    let stage = pod.map(stage);
    let reply = waited.on(reply, stage == Some(Stage::Up));
    let again = json!({"podId": id.as_str(), "wait": 60_000});
    match (&stage, pod) {
        _ if matches!(&waited.end, End::Failed(error) if error.is_missing()) => {
            reply.note("it is gone: somebody deleted it meanwhile")
        }
        (Some(Stage::Up), Some(pod)) => {
            let reply = reply.with("connect", connect(pod));
            // REST v1 says of a Pod without TCP ports only that it is wanted.
            if pod.runtime.is_some() { reply } else { reply.note(V1) }
        }
        (Some(Stage::Down(why)), _) => verdict::explain(cx, id, why, reply).await,
        (Some(Stage::Coming(state)), _) if state == "PROVISIONING" => reply.note(format!(
            "no machine is assigned yet; go on with get-pod {again}, or delete-pod and try another GPU \
                type or data center (get-capacity): do not create a second one beside it"
        )),
        (Some(Stage::Coming(state)), Some(Pod { status, .. })) if status == "RUNNING" => reply.note(format!(
            "its container runs, but it cannot be reached yet ({state}); go on with get-pod {again}, do not create it again"
        )),
        _ => {
            reply.note(format!("not up yet, and billed; go on with get-pod {again}, do not create it again"))
        }
    }
}

const V1: &str = "REST v1 says that the Pod is wanted, not how far it is: it may still be starting";

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(fields: &Value) -> Pod {
        let mut pod = json!({"id": "abc"});
        pod.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        serde_json::from_value(pod).unwrap()
    }

    #[test]
    fn a_pod_is_up_when_every_tcp_port_has_an_address() {
        let running = |ports: &Value| {
            pod(&json!({"status": "RUNNING", "ports": ["8888/http", "22/tcp"], "runtime": {"ports": ports}}))
        };
        let half = running(&json!([{"private": 22, "public": null, "type": "tcp", "ip": null}]));
        assert_eq!(stage(&half), Stage::Coming("RUNNING, 22/tcp not mapped yet".to_owned()));
        let up = running(&json!([{"private": 22, "public": 10022, "type": "tcp", "ip": "203.0.113.7"}]));
        assert_eq!(stage(&up), Stage::Up);
        assert_eq!(
            connect(&up),
            json!({"8888/http": "https://abc-8888.proxy.runpod.net", "22/tcp": "203.0.113.7:10022"})
        );
    }

    #[test]
    fn what_will_not_come_by_itself_is_down_and_what_is_new_is_on_its_way() {
        for status in ["ERROR", "EXITED", "TERMINATED"] {
            assert!(matches!(stage(&pod(&json!({"status": status}))), Stage::Down(_)), "{status}");
        }
        for status in ["PROVISIONING", "STARTING", "MIGRATING"] {
            assert_eq!(stage(&pod(&json!({"status": status}))), Stage::Coming(status.to_owned()));
        }
    }
}
