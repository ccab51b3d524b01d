//! The pages as text. Everything that others wrote goes through [`safe`].

use crate::seed::DEMO_USER;
use crate::world::flash::Status;

/// What the page of a request shows.
pub(super) struct Form<'a> {
    pub(super) request: &'a str,
    pub(super) redirect: &'a str,
    pub(super) state: Option<&'a str>,
    /// Where the browser goes afterwards.
    pub(super) host: &'a str,
    pub(super) key_name: Option<&'a str>,
    pub(super) status: Status,
}

pub(super) fn login(to: &str) -> String {
    let body = format!(
        "<p>Nobody needs a password here: you are <b>{DEMO_USER}</b>, and nothing of this is real.</p>\n\
         <p><a href=\"{}\">Go on</a></p>",
        safe(to)
    );
    frame("Sign in to the sandbox", &body)
}

pub(super) fn approve(form: &Form<'_>) -> String {
    let Form { request, redirect, state, host, key_name, status } = form;
    if *status != Status::Pending {
        return refusal(&format!("This request cannot be decided any more: it is {}.", status.word()));
    }
    let hidden = |name: &str, value: &str| {
        format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n", safe(value))
    };
    let fields = [hidden("request", request), hidden("redirect_uri", redirect)].concat()
        + &state.map(|state| hidden("state", state)).unwrap_or_default();
    let body = format!(
        "<p>A program wants an API key of the account <b>{DEMO_USER}</b>. The key will be named <b>{}</b>, and the \
         browser will go to <b>{}</b> with it.</p>\n\
         <form method=\"post\" action=\"/console/integrations/mcp/login\">\n{fields}\
         <button name=\"decision\" value=\"approve\">Approve</button>\n\
         <button name=\"decision\" value=\"deny\">Deny</button>\n</form>",
        safe(key_name.unwrap_or("flash")),
        safe(host),
    );
    frame("A program asks for a key", &body)
}

pub(super) fn refusal(why: &str) -> String {
    frame("This does not work", &format!("<p>{}</p>", safe(why)))
}

fn frame(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title} - Runpod sandbox</title>\n</head>\n\
         <body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )
}

/// Text that a page shows and does not obey.
fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
