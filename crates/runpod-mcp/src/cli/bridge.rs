//! `bridge`: stdio to a hosted MCP server.

use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::flags::Flags;
use super::{Usage, block_on, configure, connect, log, out, typed};
use crate::bridge::Bridge;
use crate::config::Env;
use crate::remote::{Address, Person, SignIn, Wallet};

/// How long somebody may take to sign in.
const PATIENCE: Duration = Duration::from_secs(300);

/// Headers that are the transport's own.
const OURS: [&str; 7] = [
    "host",
    "content-type",
    "content-length",
    "accept",
    "connection",
    "mcp-session-id",
    "mcp-protocol-version",
];

#[derive(Debug, clap::Args)]
pub(super) struct BridgeArgs {
    /// Where the server is
    #[arg(value_name = "URL", help = "Address of the server, such as https://mcp.getrunpod.io/")]
    url: String,
    /// Send this header along; ${NAME} in it is replaced by the environment variable
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// Send the key in this environment variable along, as `Authorization: Bearer`
    #[arg(long, value_name = "NAME")]
    api_key_env: Option<String>,
    /// Never open a browser; answer with an error where a sign-in is wanted
    #[arg(long)]
    no_sign_in: bool,
    #[command(flatten)]
    flags: Flags,
}

pub(super) fn run(args: &BridgeArgs, top: Flags, env: &Env) -> anyhow::Result<ExitCode> {
    let Some(config) = configure(&top.under(args.flags.clone()), env)? else { return Ok(ExitCode::SUCCESS) };
    log::start(config.log, config.json_log.unwrap_or(false));
    let address = Address::parse(&args.url).map_err(|e| Usage(format!("{:?} {e}", args.url)))?;
    let headers = with_key(headers(&args.headers, env)?, args.api_key_env.as_deref(), env)?;
    let http = connect::settings(&config)?.engine()?;
    let person: Arc<dyn Person> = Arc::new(AtDesk { browser: browser(env) });
    let sign_in = SignIn { http: http.clone(), person, patience: PATIENCE };
    let wallet = Wallet::of(config.vault);
    let bridge =
        Bridge { http, address, headers, sign_in: Some(sign_in).filter(|_| !args.no_sign_in), wallet };
    block_on(bridge.run())??;
    Ok(ExitCode::SUCCESS)
}

/// Whoever sits at this computer: sees a page in the browser, and the link on stderr in any case.
#[derive(Debug)]
struct AtDesk {
    browser: Option<&'static [&'static str]>,
}

impl Person for AtDesk {
    fn show(&self, host: &str, link: &str) {
        let shown = self.browser.is_some_and(|browser| start(browser, link));
        let open =
            if shown { "A browser was opened" } else { "Open this link in a browser on this computer" };
        out::talk(&format!("{host} wants you to sign in. {open}:\n{link}"));
    }
}

/// The program that opens links here; none where there is no display.
fn browser(env: &Env) -> Option<&'static [&'static str]> {
    match (cfg!(windows), cfg!(target_os = "macos")) {
        (true, _) => Some(&["rundll32", "url.dll,FileProtocolHandler"]),
        (_, true) => Some(&["open"]),
        _ => env.get("DISPLAY").or_else(|| env.get("WAYLAND_DISPLAY")).map(|_| ["xdg-open"].as_slice()),
    }
}

/// Starts it and does not wait; its output must not mix with ours, which is protocol.
fn start(browser: &[&str], link: &str) -> bool {
    let [program, args @ ..] = browser else { return false };
    let mut command = Command::new(program);
    command.args(args).arg(link).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().is_ok()
}

fn headers(given: &[String], env: &Env) -> Result<HeaderMap, Usage> {
    let mut headers = HeaderMap::new();
    for text in given {
        let shape = || {
            Usage(
                "--header takes 'NAME: VALUE', such as 'Authorization: Bearer ${RUNPOD_API_KEY}'".to_owned(),
            )
        };
        let (name, value) = text.split_once(':').ok_or_else(shape)?;
        let name = HeaderName::try_from(name.trim()).map_err(|_| shape())?;
        if OURS.contains(&name.as_str()) {
            return Err(Usage(format!("--header {name}: the bridge sets this header itself")));
        }
        if name == http::header::AUTHORIZATION && !value.contains("${") {
            let why = "a token on the command line can be seen by everybody on this computer; write it as ${NAME} \
                       and set the environment variable NAME";
            return Err(Usage(format!("--header {name}: {why}")));
        }
        let value = filled(value.trim(), env).map_err(|why| Usage(format!("--header {name}: {why}")))?;
        let mut value = HeaderValue::from_str(&value).map_err(|_| {
            Usage(format!("--header {name}: the value has characters that no header can have"))
        })?;
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(headers)
}

/// The headers and, if it is to be sent, the key in this variable.
fn with_key(mut headers: HeaderMap, variable: Option<&str>, env: &Env) -> Result<HeaderMap, Usage> {
    let Some(name) = variable else { return Ok(headers) };
    let key = typed::in_variable(env, name)?;
    let mut value = HeaderValue::from_str(&format!("Bearer {}", key.trim()))
        .map_err(|_| Usage(format!("--api-key-env {name}: what it holds is no key")))?;
    value.set_sensitive(true);
    match headers.insert(http::header::AUTHORIZATION, value) {
        None => Ok(headers),
        Some(_) => Err(Usage("--api-key-env and a --header of the same name: say one of them".to_owned())),
    }
}

/// A text with its `${NAME}` replaced.
fn filled(text: &str, env: &Env) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let (name, behind) = behind.split_once('}').ok_or("${ without }")?;
        let value =
            env.get(name).ok_or_else(|| format!("the environment variable {name} is not set, or blank"))?;
        filled.push_str(before);
        filled.push_str(value.trim());
        rest = behind;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[&str]) -> Result<HeaderMap, String> {
        let env: Env = [("KEY", "rpa_CANARY\n"), ("BLANK", " ")].into_iter().collect();
        let given: Vec<_> = given.iter().map(|text| (*text).to_owned()).collect();
        headers(&given, &env).map_err(|usage| usage.0)
    }

    #[test]
    fn values_come_from_the_environment_and_are_never_shown() {
        let headers = read(&["Authorization: Bearer ${KEY}", "X-Team: a:b"]).unwrap();
        assert_eq!(headers["authorization"], "Bearer rpa_CANARY");
        assert_eq!(headers["x-team"], "a:b");
        assert!(!format!("{headers:?}").contains("CANARY"));
    }

    #[test]
    fn the_key_in_a_variable_is_sent_and_never_shown() {
        let env: Env = [("KEY", "rpa_CANARY\n"), ("BAD", "rpa_CANARY\u{7f}")].into_iter().collect();
        let read = |headers, name| with_key(headers, Some(name), &env);
        let sent = read(HeaderMap::new(), "KEY").unwrap();
        assert_eq!(sent["authorization"], "Bearer rpa_CANARY");
        assert!(!format!("{sent:?}").contains("CANARY"));
        for (headers, name, why) in [
            (HeaderMap::new(), "NONE", "NONE"),
            (HeaderMap::new(), "BAD", "no key"),
            (sent, "KEY", "one of them"),
        ] {
            let Usage(said) = read(headers, name).unwrap_err();
            assert!(said.contains(why) && !said.contains("CANARY"), "{said}");
        }
    }

    #[test]
    fn what_cannot_be_sent_is_refused_without_repeating_it() {
        for (wrong, why) in [
            ("Authorization: Bearer rpa_CANARY", "${NAME}"),
            ("Authorization: Bearer ${NONE}", "NONE is not set"),
            ("X: ${BLANK}", "BLANK is not set"),
            ("X: ${KEY", "${ without }"),
            ("CANARY", "NAME: VALUE"),
            ("a b: CANARY", "NAME: VALUE"),
            ("Mcp-Session-Id: CANARY", "itself"),
            ("X: CANARY\u{7f}", "characters"),
        ] {
            let said = read(&[wrong]).unwrap_err();
            assert!(said.contains(why) && !said.contains("CANARY"), "{wrong}: {said}");
        }
    }
}
