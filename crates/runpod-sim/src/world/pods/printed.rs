//! What a Pod's log says about its boots and its stops.

use chrono::TimeDelta;

use super::{Boot, Pod};
use crate::clock::Time;
use crate::ids::fate;
use crate::world::Visit;
use crate::world::logs::Log;
use crate::world::logs::Source::{Container, System};

impl Visit<'_> {
    /// The lines of a boot: those of the host, then those of the program, each at its time.
    pub(super) fn print_boot(&mut self, pod: &Pod, boot: &Boot) {
        let now = self.now;
        let log = self.account.logs.open(&pod.id);
        log.forget_after(now);
        if pod.boots > 1 {
            log.write(now, System, format!("stop container {}", pod.host));
        }
        let image = &pod.lease.container.image;
        pull(log, image, (boot.placed, boot.ready), boot.fails);
        if !boot.fails {
            log.write(boot.ready, System, format!("start container {}: begin", pod.host));
            let began = boot.ready;
            let end = boot.exit.map(|(at, _)| at);
            let lines = program(pod).into_iter().map(|(after, text)| (began + after, text));
            for (at, text) in lines.filter(|(at, _)| end.is_none_or(|end| *at < end)) {
                log.write(at, Container, text);
            }
            if let Some((at, code)) = boot.exit {
                log.write(at, System, format!("container {} exited with code {code}", pod.host));
            }
        }
    }

    /// The last line of a Pod that is stopped, and nothing of what it still had to say.
    pub(super) fn print_stop(&mut self, pod: &Pod, why: &str) {
        let now = self.now;
        let log = self.account.logs.open(&pod.id);
        log.forget_after(now);
        log.write(now, System, format!("{why} {}", pod.host));
    }
}

/// How fetching an image looks, from finding a machine until it is there or is found not to be.
pub(crate) fn pull(log: &mut Log, image: &str, (from, to): (Time, Time), fails: bool) {
    let mut say = |at: Time, text: String| log.write(at, System, text);
    say(from, format!("create container {image}"));
    if fails {
        say(to, format!("error creating container: {image}: manifest unknown"));
        return say(
            to,
            "image pull failed: check the image name, its tag and the registry credentials".into(),
        );
    }
    if from == to {
        return;
    }
    let name = image.rsplit_once(':').map_or(image, |(name, _)| name);
    let layer = |n: i32| from + (to - from) * n / 4;
    say(layer(1), format!("{image} Pulling from {name}"));
    let digest = [1, 2, 3, 4].map(|n: u32| format!("{:016x}", fate(4, &[image, &n.to_string()]))).concat();
    say(layer(3), format!("{image} Digest: sha256:{digest}"));
    say(to, format!("{image} Status: Downloaded newer image for {image}"));
}

/// What the program prints once it is up.
fn program(pod: &Pod) -> Vec<(TimeDelta, String)> {
    let container = &pod.lease.container;
    let mut lines = vec!["Container started, running entrypoint".to_owned()];
    if container.ports.iter().any(|port| port == "22/tcp") {
        lines.push("sshd: listening on port 22".to_owned());
    }
    let ports = container.ports.iter().filter_map(|port| port.strip_suffix("/http"));
    lines.extend(ports.map(|port| format!("http: listening on 0.0.0.0:{port}")));
    if !container.args.is_empty() {
        lines.push(format!("+ {}", container.args));
    }
    lines.push("Ready".to_owned());
    (1..).map(|n| TimeDelta::milliseconds(400 * n)).zip(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;
    use crate::world::pods::Action;
    use serde_json::json;

    /// The log of the only Pod, a boot of `image` and then whatever is done to it, after so many seconds.
    fn printed(image: &str, act: Option<Action>, seconds: i64) -> Vec<String> {
        let (mut world, start) = (World::new(1), Time::UNIX_EPOCH);
        world.open("u", "k");
        let body = json!({ "name": "p", "image": image, "cpu": { "id": "cpu5c", "vcpuCount": 2 },
            "ports": ["22/tcp", "8888/http"] });
        let mut visit = world.visit("k", start).unwrap();
        let id = visit.create_pod(serde_json::from_value(body).unwrap()).unwrap().id.clone();
        if let Some(act) = act {
            let mut visit = world.visit("k", start + TimeDelta::seconds(30)).unwrap();
            visit.act_on_pod(&id, act).unwrap();
        }
        let now = start + TimeDelta::seconds(seconds);
        let visit = world.visit("k", now).unwrap();
        visit.account.logs.of(&id).unwrap().until(now).map(|(_, line)| line.text.clone()).collect()
    }

    #[test]
    fn a_boot_is_printed_as_it_happens() {
        let whole = printed("acme/a:1", None, 60);
        assert!(whole.contains(&"http: listening on 0.0.0.0:8888".to_owned()), "{whole:?}");
        let mut before = 0;
        for second in 0..60 {
            let part = printed("acme/a:1", None, second);
            assert_eq!(part, whole[..part.len()]);
            assert!(part.len() >= before);
            before = part.len();
        }
        assert_eq!(printed("acme/a:1", None, 0), Vec::<String>::new());
    }

    #[test]
    fn a_stopped_pod_prints_nothing_more() {
        let lines = printed("acme/a:1", Some(Action::Stop), 3600);
        assert!(lines.last().unwrap().starts_with("stop container"), "{lines:?}");
        let again = printed("acme/a:1", Some(Action::Restart), 3600);
        assert_eq!(again.iter().filter(|line| *line == "Ready").count(), 2);
    }

    #[test]
    fn an_image_that_cannot_be_pulled_says_so_and_starts_nothing() {
        let lines = printed("acme/does-not-exist:1", None, 3600);
        assert!(lines.last().unwrap().contains("image pull failed"), "{lines:?}");
        assert!(!lines.iter().any(|line| line.contains("begin")), "{lines:?}");
    }
}
