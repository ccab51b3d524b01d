//! One-click links: what a web page holds so that a client puts a server into its configuration.
//!
//! Promises that the entry a client takes out of a link is the one that was put in, whatever characters are in it. There is no
//! place for a key in an entry, so there is none in a link. Knows no client's files, and no default.

use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// What a client's own decoding takes for itself, `+` and `=` of base64 included.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const ABOUT: &str = "GPU Pods, Serverless, volumes and billing on Runpod";

/// A server as a client's configuration names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) server: Server,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    /// Reached over HTTP.
    Hosted { url: String },
    /// Started by the client.
    Local { command: String, args: Vec<String> },
}

/// A client that has such links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    Cursor,
    VsCode,
    VsCodeInsiders,
    LmStudio,
    Goose,
}

/// One link in two forms: the client's own, which a computer without the client cannot open, and one for a web page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) app: String,
    pub(crate) web: String,
}

impl Client {
    pub(crate) const ALL: [Self; 5] =
        [Self::Cursor, Self::VsCode, Self::VsCodeInsiders, Self::LmStudio, Self::Goose];

    /// For people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Cursor => "Cursor",
            Self::VsCode => "VS Code",
            Self::VsCodeInsiders => "VS Code Insiders",
            Self::LmStudio => "LM Studio",
            Self::Goose => "Goose",
        }
    }

    /// For programs.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Cursor => "cursor",
            Self::VsCode => "vscode",
            Self::VsCodeInsiders => "vscode-insiders",
            Self::LmStudio => "lm-studio",
            Self::Goose => "goose",
        }
    }

    /// The link that puts this entry into the client.
    pub(crate) fn link(self, entry: &Entry) -> Link {
        match self {
            Self::Cursor => both(
                "cursor://anysphere.cursor-deeplink/mcp/install",
                "https://cursor.com/install-mcp",
                &named(entry),
            ),
            Self::LmStudio => both("lmstudio://add_mcp", "https://lmstudio.ai/install-mcp", &named(entry)),
            Self::VsCode => redirected("vscode", entry),
            Self::VsCodeInsiders => redirected("vscode-insiders", entry),
            Self::Goose => {
                both("goose://extension", "https://block.github.io/goose/extension", &fields(entry))
            }
        }
    }
}

fn both(app: &str, web: &str, query: &str) -> Link {
    Link { app: format!("{app}?{query}"), web: format!("{web}?{query}") }
}

/// Cursor and LM Studio: the name, and the entry as base64 of its JSON.
fn named(entry: &Entry) -> String {
    let config = match &entry.server {
        Server::Hosted { url } => json!({"url": url}),
        Server::Local { command, args } => json!({"command": command, "args": args}),
    };
    format!("name={}&config={}", encoded(&entry.name), encoded(&STANDARD.encode(config.to_string())))
}

/// VS Code: one JSON, in which the name is a member. Its web page sends the browser on to the link itself.
fn redirected(scheme: &str, entry: &Entry) -> Link {
    let config = match &entry.server {
        Server::Hosted { url } => json!({"name": entry.name, "type": "http", "url": url}),
        Server::Local { command, args } => {
            json!({"name": entry.name, "type": "stdio", "command": command, "args": args})
        }
    };
    let app = format!("{scheme}:mcp/install?{}", encoded(&config.to_string()));
    let web = format!("https://insiders.vscode.dev/redirect?url={}", encoded(&app));
    Link { app, web }
}

/// Goose: a field for each part, `arg` once for each argument.
fn fields(entry: &Entry) -> String {
    let mut fields = match &entry.server {
        Server::Hosted { url } => vec![("url", url.as_str()), ("type", "streamable_http")],
        Server::Local { command, args } => {
            let args = args.iter().map(|arg| ("arg", arg.as_str()));
            [("cmd", command.as_str())].into_iter().chain(args).collect()
        }
    };
    fields.extend([("id", entry.name.as_str()), ("name", entry.name.as_str()), ("description", ABOUT)]);
    let pairs: Vec<_> = fields.iter().map(|(key, value)| format!("{key}={}", encoded(value))).collect();
    pairs.join("&")
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

impl Server {
    /// For programs.
    pub(crate) fn mode(&self) -> &'static str {
        match self {
            Self::Hosted { .. } => "hosted",
            Self::Local { .. } => "local",
        }
    }
}

impl Link {
    /// The link with whose it is, for programs.
    pub(crate) fn described(&self, client: Client, entry: &Entry) -> Value {
        json!({"client": client.id(), "mode": entry.server.mode(), "app": self.app, "web": self.web})
    }
}

#[cfg(test)]
mod tests;
