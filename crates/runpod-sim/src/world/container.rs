//! What Pods, endpoints and templates have in common: image, command, disk, environment, ports, credential.
//!
//! The command is stored as `args`: a plain shell text, or a JSON object with `entrypoint` and `cmd`. Both
//! spellings are accepted and both are answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::world::Denied;

/// Gigabytes that a container's disk has when nobody says so.
const DISK: u32 = 50;

/// Names and values.
pub(crate) type Env = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Container {
    pub(crate) image: String,
    /// The stored form of the command; [`Container::command`] takes it apart.
    pub(crate) args: String,
    /// Gigabytes, gone when the container stops.
    pub(crate) disk: u32,
    pub(crate) env: Env,
    /// `8888/http`, `22/tcp`.
    pub(crate) ports: Vec<String>,
    /// The id of a registry credential.
    pub(crate) registry: Option<String>,
}

impl Default for Container {
    fn default() -> Self {
        let (image, args) = (String::new(), String::new());
        Self { image, args, disk: DISK, env: Env::new(), ports: Vec::new(), registry: None }
    }
}

/// `ContainerConfig` of the contract, as a request writes it: what is absent stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct ContainerChange {
    pub(crate) image: Option<String>,
    pub(crate) args: Option<String>,
    pub(crate) entrypoint: Option<Vec<String>>,
    pub(crate) cmd: Option<Vec<String>>,
    pub(crate) disk: Option<u32>,
    pub(crate) env: Option<Env>,
    pub(crate) ports: Option<Vec<String>>,
    /// Null takes the credential away; absent leaves it.
    #[serde(default, deserialize_with = "given")]
    pub(crate) registry: Option<Option<String>>,
}

/// A command taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Command {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) entrypoint: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) cmd: Vec<String>,
}

impl Container {
    /// Changes what was given. Environments replace one another as a whole.
    pub(crate) fn apply(&mut self, change: ContainerChange) -> Result<(), Denied> {
        change.ports.iter().flatten().try_for_each(|port| check_port(port))?;
        if change.disk == Some(0) {
            return Err(Denied::contradiction("a container has a disk of at least 1 GB"));
        }
        self.args = change.args_over(&self.args)?;
        let ContainerChange { image, args: _, entrypoint: _, cmd: _, disk, env, ports, registry } = change;
        self.image = image.unwrap_or(std::mem::take(&mut self.image));
        self.disk = disk.unwrap_or(self.disk);
        self.env = env.unwrap_or(std::mem::take(&mut self.env));
        self.ports = ports.unwrap_or(std::mem::take(&mut self.ports));
        // An empty credential takes it away as null does.
        self.registry = registry.map_or(self.registry.take(), |id| id.filter(|id| !id.is_empty()));
        Ok(())
    }

    /// Lays a request over a template: its fields win as a whole, environments are merged name by name.
    pub(crate) fn from_template(template: &Container, change: ContainerChange) -> Result<Self, Denied> {
        let mut merged = template.clone();
        let mut env = std::mem::take(&mut merged.env);
        env.extend(change.env.clone().unwrap_or_default());
        merged.apply(change)?;
        merged.env = env;
        Ok(merged)
    }

    /// The command taken apart.
    pub(crate) fn command(&self) -> Command {
        take_apart(&self.args)
    }

    /// Bytes that this takes in a request body, roughly: texts and what is written around each.
    pub(crate) fn weight(&self) -> usize {
        let env: usize = self.env.iter().map(|(name, value)| name.len() + value.len() + 6).sum();
        let ports: usize = self.ports.iter().map(|port| port.len() + 3).sum();
        self.image.len() + self.args.len() + env + ports
    }
}

impl ContainerChange {
    /// Whether anything in it concerns a container that runs.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { image, args, entrypoint, cmd, disk, env, ports, registry } = self;
        let texts = image.is_none() && args.is_none() && entrypoint.is_none() && cmd.is_none();
        texts && disk.is_none() && env.is_none() && ports.is_none() && registry.is_none()
    }

    fn args_over(&self, stored: &str) -> Result<String, Denied> {
        if self.entrypoint.is_none() && self.cmd.is_none() {
            return Ok(self.args.clone().unwrap_or_else(|| stored.to_owned()));
        }
        let base = take_apart(self.args.as_deref().unwrap_or(stored));
        let entrypoint = self.entrypoint.clone().unwrap_or_else(|| base.entrypoint.clone());
        let cmd = self.cmd.clone().unwrap_or_else(|| base.cmd.clone());
        let command = Command { entrypoint, cmd };
        match &self.args {
            Some(args) if command == base => Ok(args.clone()),
            Some(_) => Err(Denied::contradiction(
                "`args` and `entrypoint` or `cmd` say different things; send one of the spellings",
            )),
            None => Ok(put_together(&command)),
        }
    }
}

fn take_apart(args: &str) -> Command {
    let json = args.trim_start().starts_with('{').then(|| serde_json::from_str(args).ok());
    json.flatten().unwrap_or_else(|| Command { entrypoint: Vec::new(), cmd: words(args) })
}

fn put_together(command: &Command) -> String {
    if *command == Command::default() {
        return String::new();
    }
    // Two lists of strings: there is nothing here that could fail to be written.
    serde_json::to_string(command).unwrap_or_default()
}

/// Splits a text as a shell does: at blanks, but not inside quotes.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(letters.next()),
            (None, _) if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

fn check_port(port: &str) -> Result<(), Denied> {
    let fits = port.split_once('/').is_some_and(|(number, protocol)| {
        number.parse::<u16>().is_ok_and(|number| number > 0) && matches!(protocol, "http" | "tcp" | "udp")
    });
    let refuse = || format!("port `{port}` is not NUMBER/http, NUMBER/tcp or NUMBER/udp");
    if fits { Ok(()) } else { Err(Denied::contradiction(refuse())) }
}

/// Tells a null from an absent field.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn change(body: serde_json::Value) -> ContainerChange {
        serde_json::from_value(body).unwrap()
    }

    fn changed(body: serde_json::Value) -> Result<Container, Denied> {
        let mut container = Container { args: "run --fast".into(), ..Container::default() };
        container.apply(change(body)).map(|()| container)
    }

    #[test]
    fn a_command_can_be_said_in_two_ways_and_is_read_in_both() {
        let said = changed(json!({ "args": "python -c 'print(1 + 1)' \"a b\"" })).unwrap().command();
        assert_eq!(said.cmd, ["python", "-c", "print(1 + 1)", "a b"]);
        let said = changed(json!({ "entrypoint": ["sh"], "cmd": ["-c", "true"] })).unwrap();
        assert_eq!(said.args, r#"{"entrypoint":["sh"],"cmd":["-c","true"]}"#);
        assert_eq!(said.command().entrypoint, ["sh"]);
    }

    #[test]
    fn half_a_command_keeps_the_other_half() {
        let said = changed(json!({ "entrypoint": ["sh"] })).unwrap();
        assert_eq!(said.command().cmd, ["run", "--fast"]);
        assert_eq!(changed(json!({ "cmd": [] })).unwrap().args, "");
    }

    #[test]
    fn two_spellings_must_agree() {
        let same = json!({ "args": "a b", "cmd": ["a", "b"] });
        assert_eq!(changed(same).unwrap().args, "a b");
        assert!(matches!(changed(json!({ "args": "a", "cmd": ["b"] })), Err(Denied::Contradiction(_))));
    }

    #[test]
    fn null_takes_the_credential_away_and_absence_leaves_it() {
        let mut container = Container { registry: Some("r".into()), ..Container::default() };
        container.apply(change(json!({}))).unwrap();
        assert_eq!(container.registry.as_deref(), Some("r"));
        container.apply(change(json!({ "registry": null }))).unwrap();
        assert_eq!(container.registry, None);
    }

    #[test]
    fn a_body_wins_over_its_template_and_environments_are_merged() {
        let env = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        let template =
            Container { image: "t".into(), env: env(&[("A", "1"), ("B", "1")]), ..Container::default() };
        let body = change(json!({ "env": { "B": "2" }, "disk": 5 }));
        let merged = Container::from_template(&template, body).unwrap();
        assert_eq!((merged.image.as_str(), merged.disk), ("t", 5));
        assert_eq!(merged.env, env(&[("A", "1"), ("B", "2")]));
    }

    #[test]
    fn a_port_needs_a_number_and_a_protocol() {
        for port in ["22", "0/tcp", "65536/http", "x/tcp", "22/ssh"] {
            assert!(changed(json!({ "ports": [port] })).is_err(), "{port}");
        }
    }
}
