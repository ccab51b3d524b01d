//! Which of our addresses a token is meant for (RFC 8707).

use super::Issuer;

/// Longest address that is looked at, in bytes.
const LONGEST: usize = 2048;

/// The path of an MCP endpoint below the issuer: nothing, `/mcp`, or `/mcp/<toolsets>`.
pub(super) fn is_endpoint(path: &str) -> bool {
    let Some(rest) = path.strip_prefix("/mcp") else { return path.is_empty() };
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-,".contains(&byte);
    match rest.strip_prefix('/') {
        Some(sets) => !sets.is_empty() && sets.len() <= 256 && sets.bytes().all(word),
        None => rest.is_empty(),
    }
}

/// The address of ours that a text names, in its canonical form; nothing when it names none.
pub(super) fn canonical(issuer: &Issuer, text: &str) -> Option<String> {
    if text.len() > LONGEST
        || !text.bytes().all(|byte| byte.is_ascii_graphic())
        || text.contains(['#', '?', '@'])
    {
        return None;
    }
    let (scheme, rest) = text.split_once("://")?;
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end)?;
    let scheme = scheme.to_ascii_lowercase();
    let authority = authority.to_ascii_lowercase();
    let port = if scheme == "https" { ":443" } else { ":80" };
    let base = format!("{scheme}://{}", authority.strip_suffix(port).unwrap_or(&authority));
    let path = format!("{base}{path}");
    let below = path.strip_prefix(&issuer.0.to_ascii_lowercase())?;
    let below = below.strip_suffix('/').unwrap_or(below);
    is_endpoint(below).then(|| format!("{}{below}", issuer.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_addresses_are_known_in_every_usual_spelling() {
        let issuer = Issuer::new("https://mcp.example");
        for (text, known) in [
            ("https://mcp.example", Some("https://mcp.example")),
            ("https://mcp.example/", Some("https://mcp.example")),
            ("HTTPS://MCP.Example:443/mcp/", Some("https://mcp.example/mcp")),
            ("https://mcp.example/mcp/pods,jobs", Some("https://mcp.example/mcp/pods,jobs")),
            ("https://mcp.example.evil/", None),
            ("https://mcp.example@evil/", None),
            ("https://mcp.example/mcp?x", None),
            ("https://mcp.example/mcp#x", None),
            ("https://mcp.example/other", None),
            ("https://mcp.example//", None),
            ("http://mcp.example/", None),
            ("mcp.example", None),
            ("", None),
        ] {
            assert_eq!(canonical(&issuer, text).as_deref(), known, "{text}");
        }
        let local = Issuer::new("http://127.0.0.1:8471");
        assert_eq!(
            canonical(&local, "http://127.0.0.1:8471/mcp").as_deref(),
            Some("http://127.0.0.1:8471/mcp")
        );
        assert_eq!(canonical(&local, "http://127.0.0.1/mcp"), None);
    }
}
