//! A template and a registry credential: made, read, changed, removed.
//!
//! Nothing here rents anything. Removing is no step of its own that an error could skip: it happens when [`Made`] goes.
//! What a run left that was killed is known by its name, and removed by the next one.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::talk::Talk;

/// Begins the names of all that is made.
const NAME: &str = "runpod-mcp-smoke-";

/// A kind of thing.
#[derive(Clone, Copy)]
struct Kind {
    list: &'static str,
    create: &'static str,
    read: &'static str,
    remove: &'static str,
    /// The argument that names one.
    id: &'static str,
}

const TEMPLATE: Kind = Kind {
    list: "list-templates",
    create: "create-template",
    read: "get-template",
    remove: "delete-template",
    id: "templateId",
};

const REGISTRY: Kind = Kind {
    list: "list-container-registry-auths",
    create: "create-container-registry-auth",
    read: "get-container-registry-auth",
    remove: "delete-container-registry-auth",
    id: "containerRegistryAuthId",
};

/// What was made and is still there.
struct Made<'a> {
    talk: &'a mut Talk,
    things: Vec<(Kind, String)>,
}

pub(super) fn run(talk: &mut Talk) -> anyhow::Result<()> {
    sweep(talk)?;
    let name = format!("{NAME}{}", std::process::id());
    let mut made = Made { talk, things: Vec::new() };
    let template = made.make(TEMPLATE, &json!({"name": name, "imageName": "alpine:3"}))?;
    made.is_called(TEMPLATE, &template, &name)?;
    let changed =
        made.talk.call("update-template", &json!({"templateId": template, "containerDiskInGb": 30}))?;
    // REST v1 calls it by another name.
    let disk = changed.get("disk").or_else(|| changed.get("containerDiskInGb"));
    ensure!(disk == Some(&json!(30)), "update-template: the disk is {disk:?}");
    println!("  update-template");
    let registry = made.make(REGISTRY, &json!({"name": name, "username": "smoke", "password": "smoke"}))?;
    made.is_called(REGISTRY, &registry, &name)?;
    made.remove_all()
}

/// Removes what an earlier run left.
fn sweep(talk: &mut Talk) -> anyhow::Result<()> {
    for kind in [TEMPLATE, REGISTRY] {
        let listed = talk.call(kind.list, &json!({}))?;
        let items = listed.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        let ours = |item: &&Value| text(item, "name").is_some_and(|name| name.starts_with(NAME));
        for id in items.iter().filter(ours).filter_map(|item| text(item, "id")) {
            println!("  {} of an earlier run", kind.remove);
            talk.call(kind.remove, &json!({kind.id: id}))?;
        }
    }
    Ok(())
}

impl Made<'_> {
    fn make(&mut self, kind: Kind, arguments: &Value) -> anyhow::Result<String> {
        let made = self.talk.call(kind.create, arguments)?;
        let id = text(&made, "id").with_context(|| format!("{}: no id", kind.create))?.to_owned();
        self.things.push((kind, id.clone()));
        println!("  {}", kind.create);
        Ok(id)
    }

    fn is_called(&mut self, kind: Kind, id: &str, name: &str) -> anyhow::Result<()> {
        let read = self.talk.call(kind.read, &json!({kind.id: id}))?;
        ensure!(text(&read, "name") == Some(name), "{}: the name is {:?}", kind.read, read.get("name"));
        println!("  {}", kind.read);
        Ok(())
    }

    /// Removes all of it, the last thing first; says what stays.
    fn remove_all(&mut self) -> anyhow::Result<()> {
        let mut left = Vec::new();
        while let Some((kind, id)) = self.things.pop() {
            match self.talk.call(kind.remove, &json!({kind.id: id})) {
                Ok(_) => println!("  {}", kind.remove),
                Err(why) => left.push(format!("{} {id}: {why}", kind.remove)),
            }
        }
        ensure!(left.is_empty(), "still there, remove by hand: {}", left.join("; "));
        Ok(())
    }
}

impl Drop for Made<'_> {
    fn drop(&mut self) {
        if let Err(why) = self.remove_all() {
            println!("  {why}");
        }
    }
}

fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
    value.get(member)?.as_str()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::sync::mpsc::channel;

    use super::*;

    /// Answers a call, badly if it reads one thing; the tool that was called.
    fn answer(mut stream: TcpStream) -> String {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut length = 0;
        for line in reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let asked: Value = serde_json::from_slice(&body).unwrap();
        let tool = asked.pointer("/params/name").unwrap().as_str().unwrap().to_owned();
        let content = json!([{"type": "text", "text": r#"{"id": "x", "items": []}"#}]);
        let result = json!({"content": content, "isError": tool.starts_with("get-")});
        let said = json!({"jsonrpc": "2.0", "id": asked["id"], "result": result}).to_string();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
        write!(stream, "{head}content-length: {}\r\n\r\n{said}", said.len()).unwrap();
        tool
    }

    #[test]
    fn what_was_made_is_removed_when_a_later_step_fails() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/mcp", listener.local_addr().unwrap());
        let (tell, told) = channel();
        std::thread::spawn(move || {
            listener.incoming().flatten().map(answer).try_for_each(|tool| tell.send(tool))
        });
        let failed = run(&mut Talk::http(url, None, None)).unwrap_err();
        assert!(failed.to_string().starts_with("get-template"), "{failed}");
        let tools: Vec<_> = told.try_iter().collect();
        assert_eq!(tools[2..], ["create-template", "get-template", "delete-template"], "{tools:?}");
    }
}
