//! Where a browser is never sent.

use super::desk::{BACK, claim, desk, desk_with, wish, with};
use runpod_mcp::oauth::{Redirects, Settings};

/// Addresses that look allowed to somebody: a lenient parser, a browser, or a tired reader.
const HOSTILE: &[&str] = &[
    // Other hosts.
    "https://evil.example/callback",
    "http://evil.example/callback",
    "https://claude.ai/api/mcp/auth_callback/",
    "https://claude.ai/api/mcp/auth_callback?x=1",
    "https://claude.ai/api/mcp/auth_callback#x",
    "https://claude.ai:443/api/mcp/auth_callback",
    "https://claude.ai/api/mcp/../mcp/auth_callback",
    "https://claude.ai/api/mcp/%61uth_callback",
    "https://CLAUDE.ai/api/mcp/auth_callback",
    "HTTPS://claude.ai/api/mcp/auth_callback",
    "http://claude.ai/api/mcp/auth_callback",
    "https://claude.ai.evil.example/api/mcp/auth_callback",
    "https://evil.example/https://claude.ai/api/mcp/auth_callback",
    "https://claude.ai@evil.example/api/mcp/auth_callback",
    "https://claude.ai\u{ff0e}evil.example/api/mcp/auth_callback",
    "https://cl\u{430}ude.ai/api/mcp/auth_callback",
    " https://claude.ai/api/mcp/auth_callback",
    "https://claude.ai/api/mcp/auth_callback ",
    // Names that begin or end like loopback.
    "http://localhost.evil.example/",
    "http://127.0.0.1.nip.io/",
    "http://127.0.0.1.evil.example/",
    "http://evil.localhost/",
    "http://localhost./",
    "http://127.0.0.1./",
    "http://LOCALHOST/",
    "http://Localhost:3118/callback",
    "http://localhost%00.evil.example/",
    "http://localhost%2eevil.example/",
    "http://[::1].evil.example/",
    "http://[::1]evil/",
    "http://[::1",
    "http://::1/",
    "http://[::ffff:127.0.0.1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::1%25eth0]/",
    "http://[::]/",
    // Loopback in other clothes.
    "http://0x7f.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127.0.0.2/",
    "http://0.0.0.0/",
    "http://0/",
    // User information, fragments, backslashes and what is not seen.
    "http://localhost@evil.example/",
    "http://localhost:3118@evil.example/",
    "http://user@localhost/",
    "http://user:pass@127.0.0.1/",
    "http://@localhost/",
    "http://evil.example#@localhost/",
    "http://localhost/#fragment",
    "http://localhost#",
    "http://localhost\\@evil.example/",
    "http:\\\\localhost/",
    "http://localhost\\.evil.example/",
    "http://evil.example\\localhost/",
    "http:/localhost/",
    "http:///localhost/",
    "http:localhost",
    "//localhost/",
    "/callback",
    "localhost:3118/callback",
    "http://localhost\t/",
    "http://local\nhost/",
    "http://localhost/\r\nLocation: https://evil.example",
    "http://localhost/\u{0}",
    "http://localhost/\u{202e}",
    "http://localhost /",
    "\u{feff}http://localhost/",
    // Ports.
    "http://localhost:/",
    "http://localhost:0/",
    "http://localhost:99999/",
    "http://localhost:65536/",
    "http://localhost:-1/",
    "http://localhost:+80/",
    "http://localhost:080/",
    "http://localhost:8080:80/",
    "http://localhost:80a/",
    // Other schemes.
    "javascript:alert(1)",
    "javascript://localhost/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:http://localhost/x",
    "about:blank",
    "ftp://localhost/",
    "ws://localhost/",
    "https://localhost/",
    "https://127.0.0.1/callback",
    "HTTP://localhost/",
    "hTTp://localhost:3118/callback",
    "urn:ietf:wg:oauth:2.0:oob",
    "cursor://anysphere.cursor-mcp/oauth/callback",
    "null",
    "*",
];

#[tokio::test]
async fn t10_no_hostile_address_is_sent_a_browser_or_a_key_and_the_backend_never_hears_of_it() {
    assert!(HOSTILE.len() >= 60);
    let desk = desk().await;
    for address in HOSTILE {
        let said = desk.authorize(&wish("mcp-x", address)).await;
        assert!(
            !said.headers.contains_key("location") && !said.text.contains("evil"),
            "{address:?}: {said:?}"
        );
        assert_eq!(said.refused(400), "invalid_request", "{address:?}");
        assert_eq!(
            desk.token(&claim("mcp-x", "code1", address)).await.refused(400),
            "invalid_grant",
            "{address:?}"
        );
    }
    assert_eq!(desk.asked(), 0);
}

#[tokio::test]
async fn t10_what_is_listed_is_taken_to_the_letter() {
    let listed = "https://vscode.dev/redirect";
    let list = Redirects::parse(&[listed.to_owned()]).unwrap();
    let desk = desk_with(|settings| Settings { redirects: list, ..settings }).await;
    for address in [listed, "https://claude.ai/api/mcp/auth_callback", "http://[::1]:7/x?y=z", BACK] {
        desk.authorize(&wish("mcp-x", address)).await.location();
    }
    for address in HOSTILE.iter().chain(&["https://vscode.dev/redirect/", "https://vscode.dev/redirect?x"]) {
        let asked = with(&wish("mcp-x", BACK), "redirect_uri", Some(address));
        assert_eq!(desk.authorize(&asked).await.status, 400, "{address:?}");
    }
    assert_eq!(desk.asked(), 4);
}
