//! Laws of what is read from strangers, for any bytes there are. A law panics when it does not hold.
//!
//! The fuzz targets of the repository run them, and so do tests; no release has them.

use crate::install::edit::Dialect;
use crate::{install, oauth, reply, serve, tools};

/// A law, under the name of its fuzz target.
pub type Law = (&'static str, fn(&[u8]));

/// All laws of this crate.
pub const LAWS: [Law; 11] = [
    ("stdio_frame", stdio_frame),
    ("http_body", http_body),
    ("ssh_key", ssh_key),
    ("cursor", cursor),
    ("edit_json", edit_json),
    ("edit_json_with_comments", edit_json_with_comments),
    ("edit_jsonc", edit_jsonc),
    ("edit_toml", edit_toml),
    ("edit_yaml", edit_yaml),
    ("redirect", redirect),
    ("sealed", sealed),
];

/// Of what comes over stdin: lines, and what is made of each.
pub fn stdio_frame(bytes: &[u8]) {
    serve::stdio::law::any_stream(bytes);
}

/// Of what comes over HTTP: headers and a body.
pub fn http_body(bytes: &[u8]) {
    serve::http::message::law::any_body(bytes);
}

/// Of public keys for Pods.
pub fn ssh_key(bytes: &[u8]) {
    tools::pods::ssh::law::any_key(bytes);
}

/// Of cursors of lists.
pub fn cursor(bytes: &[u8]) {
    reply::cursor::law::any_cursor(bytes);
}

/// Of files of clients that read JSON.
pub fn edit_json(bytes: &[u8]) {
    install::edit::law::any_file(Dialect::Json, bytes);
    install::edit::law::any_file(Dialect::JsonAfterMark, bytes);
}

/// Of files of clients that read JSON with comments.
pub fn edit_json_with_comments(bytes: &[u8]) {
    install::edit::law::any_file(Dialect::JsonWithComments, bytes);
}

/// Of files of clients that read JSON with comments and trailing commas.
pub fn edit_jsonc(bytes: &[u8]) {
    install::edit::law::any_file(Dialect::Jsonc, bytes);
}

/// Of files of clients that read TOML.
pub fn edit_toml(bytes: &[u8]) {
    install::edit::law::any_file(Dialect::Toml, bytes);
}

/// Of files of clients that read YAML.
pub fn edit_yaml(bytes: &[u8]) {
    install::edit::law::any_file(Dialect::Yaml, bytes);
}

/// Of addresses that a browser might be sent to.
pub fn redirect(bytes: &[u8]) {
    oauth::redirect::law::any_addresses(bytes);
}

/// Of what comes as something that was sealed here.
pub fn sealed(bytes: &[u8]) {
    oauth::seal::law::any_text(bytes);
}

#[cfg(test)]
#[path = "../../../fuzz/seeds.rs"]
mod seeds;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_becomes_of_the_seeds_the_laws_hold() {
        seeds::keep(&LAWS, 256);
    }
}
