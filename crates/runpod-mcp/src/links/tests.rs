use proptest::prelude::*;

use super::*;

fn hosted() -> Entry {
    Entry {
        name: "runpod".to_owned(),
        server: Server::Hosted { url: "https://mcp.getrunpod.io/".to_owned() },
    }
}

/// The two links that the clients' makers give as examples for Runpod's hosted server.
#[test]
fn the_links_are_the_published_ones() {
    assert_eq!(
        Client::Cursor.link(&hosted()).app,
        "cursor://anysphere.cursor-deeplink/mcp/install?name=runpod&config=eyJ1cmwiOiJodHRwczovL21jcC5nZXRydW5wb2QuaW8vIn0%3D"
    );
    assert_eq!(
        Client::VsCode.link(&hosted()).app,
        "vscode:mcp/install?%7B%22name%22%3A%22runpod%22%2C%22type%22%3A%22http%22%2C%22url%22%3A%22https%3A%2F%2Fmcp.getrunpod.io%2F%22%7D"
    );
}

/// As a browser reads a query: `+` is a blank, `%` begins two digits.
fn read(query: &str) -> Vec<(String, String)> {
    let value = |text: &str| {
        let bytes = percent_encoding::percent_decode_str(text).collect::<Vec<u8>>();
        String::from_utf8(bytes).unwrap()
    };
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
    pairs.map(|(key, text)| (key.to_owned(), value(&text.replace('+', " ")))).collect()
}

fn query(link: &str) -> &str {
    assert!(link.bytes().all(|byte| byte.is_ascii_graphic()), "{link}");
    link.split_once('?').unwrap().1
}

fn one<'a>(fields: &'a [(String, String)], key: &str) -> &'a str {
    &fields.iter().find(|(found, _)| found == key).unwrap_or_else(|| panic!("no {key} in {fields:?}")).1
}

/// What stands in a client's configuration, as an entry.
fn entry(name: &str, config: &Value) -> Entry {
    let text = |key: &str| config[key].as_str().unwrap_or_else(|| panic!("no {key} in {config}")).to_owned();
    let server = match config.get("url") {
        Some(_) => Server::Hosted { url: text("url") },
        None => Server::Local {
            command: text("command"),
            args: serde_json::from_value(config["args"].clone()).unwrap(),
        },
    };
    Entry { name: name.to_owned(), server }
}

fn from_base64(link: &str) -> Entry {
    let fields = read(query(link));
    let config = STANDARD.decode(one(&fields, "config")).unwrap();
    entry(one(&fields, "name"), &serde_json::from_slice(&config).unwrap())
}

fn from_json(link: &str) -> Entry {
    let text = percent_encoding::percent_decode_str(query(link)).decode_utf8().unwrap().into_owned();
    let config: Value = serde_json::from_str(&text).unwrap();
    let kind = if config.get("url").is_some() { "http" } else { "stdio" };
    assert_eq!(config["type"], kind);
    entry(config["name"].as_str().unwrap(), &config)
}

fn from_fields(link: &str) -> Entry {
    let fields = read(query(link));
    let args = fields.iter().filter(|(key, _)| key == "arg").map(|(_, value)| value.clone()).collect();
    let server = match fields.iter().any(|(key, _)| key == "url") {
        true => Server::Hosted { url: one(&fields, "url").to_owned() },
        false => Server::Local { command: one(&fields, "cmd").to_owned(), args },
    };
    Entry { name: one(&fields, "name").to_owned(), server }
}

fn taken_out(client: Client, link: &str) -> Entry {
    match client {
        Client::Cursor | Client::LmStudio => from_base64(link),
        Client::VsCode | Client::VsCodeInsiders => from_json(link),
        Client::Goose => from_fields(link),
    }
}

/// The link of the client's own that a web page leads to.
fn behind(client: Client, web: &str) -> String {
    match client {
        Client::VsCode | Client::VsCodeInsiders => one(&read(query(web)), "url").to_owned(),
        _ => web.to_owned(),
    }
}

fn entries() -> impl Strategy<Value = Entry> {
    let local = ("\\PC*", prop::collection::vec("\\PC*", 0..5))
        .prop_map(|(command, args)| Server::Local { command, args });
    let server = prop_oneof!["\\PC*".prop_map(|url| Server::Hosted { url }), local];
    ("\\PC*", server).prop_map(|(name, server)| Entry { name, server })
}

proptest! {
    #[test]
    fn what_comes_out_of_a_link_is_what_was_put_in(put in entries()) {
        for client in Client::ALL {
            let link = client.link(&put);
            prop_assert_eq!(&taken_out(client, &link.app), &put);
            prop_assert!(link.web.starts_with("https://"));
            prop_assert_eq!(&taken_out(client, &behind(client, &link.web)), &put);
        }
    }
}
