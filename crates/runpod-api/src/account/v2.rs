//! SSH keys and secrets as REST v2 spells them.

use http::Method;
use serde::Serialize;

use super::{NewSecret, SecretUpdate};
use crate::check;
use crate::client::Outcome;
use crate::container::Change;
use crate::error::Error;
use crate::op::Op;
use crate::query::Pairs;
use crate::secret::SecretText;

pub(super) static SSH_KEYS: Op = Op::v2("getSshKeys", Method::GET, "/account/ssh-keys");
pub(super) static REPLACE_SSH_KEYS: Op = Op::v2("updateSshKeys", Method::PUT, "/account/ssh-keys");
pub(super) static SECRETS: Op = Op::v2("listSecrets", Method::GET, "/account/secrets");
pub(super) static SECRET: Op = Op::v2("getSecret", Method::GET, "/account/secrets/{id}");
pub(super) static CREATE_SECRET: Op = Op::v2("createSecret", Method::POST, "/account/secrets");
pub(super) static UPDATE_SECRET: Op = Op::v2("updateSecret", Method::PATCH, "/account/secrets/{id}");
pub(super) static DELETE_SECRET: Op = Op::v2("deleteSecret", Method::DELETE, "/account/secrets/{id}");

pub(super) fn secrets_query(name: Option<&str>) -> Vec<(&'static str, String)> {
    Pairs::default().set("name", name).into_vec()
}

/// Body of `updateSshKeys`.
#[derive(Debug, Serialize)]
pub(super) struct SshKeysBody<'a> {
    keys: &'a [String],
}

impl<'a> TryFrom<&'a [String]> for SshKeysBody<'a> {
    type Error = Error;

    fn try_from(keys: &'a [String]) -> Outcome<Self> {
        match keys.iter().all(|key| is_public_key(key)) {
            true => Ok(Self { keys }),
            false => check::refuse(
                "keys",
                "holds a line that is no OpenSSH public key; write `ssh-ed25519 AAAA... comment`, one key each",
            ),
        }
    }
}

/// `ssh-...`, `ecdsa-...` or `sk-...`, one space, the key, then perhaps a comment; one line.
fn is_public_key(line: &str) -> bool {
    let word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
    let Some((kind, rest)) = line.split_once(' ') else { return false };
    let (key, comment) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    let named = ["ssh-", "ecdsa-", "sk-"].iter().any(|p| kind.strip_prefix(p).is_some_and(word));
    named && word(key) && !comment.contains(['\n', '\r'])
}

/// Body of `createSecret`.
#[derive(Debug, Serialize)]
pub(super) struct SecretCreate {
    name: String,
    #[serde(serialize_with = "SecretText::expose")]
    value: SecretText,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl TryFrom<&NewSecret> for SecretCreate {
    type Error = Error;

    fn try_from(new: &NewSecret) -> Outcome<Self> {
        let NewSecret { name, value, description } = new.clone();
        named(&name)?;
        valued(&value)?;
        description.as_deref().map_or(Ok(()), described)?;
        Ok(Self { name, value, description })
    }
}

/// Body of `updateSecret`.
#[derive(Debug, Serialize)]
pub(super) struct SecretChange {
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "expose")]
    value: Option<SecretText>,
    /// `""` clears: null is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

fn expose<S: serde::Serializer>(value: &Option<SecretText>, to: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => value.expose(to),
        None => to.serialize_none(),
    }
}

impl TryFrom<&SecretUpdate> for SecretChange {
    type Error = Error;

    fn try_from(change: &SecretUpdate) -> Outcome<Self> {
        check::changes(change, "value, description")?;
        let SecretUpdate { value, description } = change.clone();
        value.as_ref().map_or(Ok(()), valued)?;
        let description = description.map(Change::into_nullable).map(Option::unwrap_or_default);
        description.as_deref().map_or(Ok(()), described)?;
        Ok(Self { value, description })
    }
}

fn named(name: &str) -> Outcome<()> {
    let later = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/');
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    check::length("name", name, 191)?;
    if name.starts_with(first) && name.chars().all(later) {
        return Ok(());
    }
    check::refuse("name", "must be a letter or `_`, then letters, digits, `_`, `.`, `-` or `/`")
}

/// The contract counts 16,777,216 characters; the service wants strictly fewer bytes than that.
fn valued(value: &SecretText) -> Outcome<()> {
    match value.reveal().len() {
        0 => check::refuse("value", "is empty; give at least one character"),
        bytes if bytes >= 16 * 1024 * 1024 => {
            check::refuse("value", format!("has {bytes} bytes; it must stay under 16 MiB"))
        }
        _ => Ok(()),
    }
}

fn described(text: &str) -> Outcome<()> {
    match text.chars().count() {
        count if count > 65_535 => {
            check::refuse("description", format!("has {count} characters; at most 65535 are accepted"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_keys_pass_and_nothing_else() {
        for good in [
            "ssh-ed25519 AAAAC3Nza me@host",
            "ssh-rsa AAAAB3Nza",
            "ecdsa-sha2-nistp256 AAAA a b c",
            "sk-ssh-ed25519@openssh.com AAAA\tc",
        ] {
            assert!(is_public_key(good), "{good}");
        }
        for bad in [
            "",
            "ssh-ed25519",
            "ssh-ed25519 ",
            "ssh- AAAA",
            " ssh-rsa AAAA",
            "ssh-rsa  AAAA",
            "AAAAC3Nza",
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            "ssh-rsa AAAA c\nssh-rsa BBBB",
            "ssh-rsa AAAA\r",
            "no-pty ssh-rsa AAAA",
            "~/.ssh/id_ed25519.pub",
        ] {
            assert!(!is_public_key(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_value_and_a_description_are_as_long_as_is_said_and_no_longer() {
        let value = |length: usize| valued(&SecretText::new("x".repeat(length)));
        assert!(value(0).is_err() && value(1).is_ok());
        assert!(value(16 * 1024 * 1024 - 1).is_ok() && value(16 * 1024 * 1024).is_err());
        assert!(described(&"ß".repeat(65_535)).is_ok() && described(&"ß".repeat(65_536)).is_err());
    }

    #[test]
    fn a_body_with_a_secret_does_not_show_it() {
        let new = NewSecret { name: "A".into(), value: SecretText::new("s3cr3t-value"), description: None };
        let body = SecretCreate::try_from(&new).expect("valid");
        assert!(!format!("{new:?} {body:?}").contains("s3cr3t"));
        assert!(serde_json::to_string(&body).is_ok_and(|sent| sent.contains("s3cr3t-value")));
    }
}
