//! Public SSH keys given to `create-pod`: checked, and put where images look for them.
//!
//! A key that is no key is found here, before a machine is rented that nobody can enter. What was given is never
//! repeated: it may be a private key.

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod law;

use runpod_api::Env;

use crate::error::ToolError;

/// The variable that Runpod's images copy into `authorized_keys`.
const VARIABLE: &str = "PUBLIC_KEY";

const PORT: &str = "22/tcp";

/// One or more public keys, one a line.
#[derive(Clone, Debug)]
pub(super) struct PublicKeys(String);

impl PublicKeys {
    /// Checks a text.
    ///
    /// # Errors
    /// `bad_argument` for a private key, a path, a fingerprint, options in front of a key, or nothing.
    pub(super) fn parse(text: &str) -> Result<Self, ToolError> {
        if is_private(text) {
            return Err(refuse("looks like a PRIVATE key, which must never leave its machine"));
        }
        // Lines end with LF, CR LF, or a CR alone as on old Macs: none may stay inside a key.
        let lines: Vec<&str> =
            text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect();
        match lines.as_slice() {
            [] => Err(refuse("is empty")),
            lines if !lines.iter().all(|line| is_key(line)) => {
                Err(refuse("has a line that is no OpenSSH public key: give the CONTENTS of the .pub file"))
            }
            lines => Ok(Self(lines.join("\n"))),
        }
    }

    /// Adds the keys to the environment, beside those that are there: the caller's, or a template's.
    pub(super) fn add_to(&self, env: &mut Env, inherited: Option<&Env>) {
        let there = env.0.get(VARIABLE).or_else(|| inherited.and_then(|env| env.0.get(VARIABLE)));
        let there = there.map(|keys| keys.trim()).unwrap_or_default();
        // Whole lines count: a key that is only part of another line, behind a `#` for one, lets nobody in.
        let known: Vec<_> = there.lines().map(str::trim).collect();
        let new = self.0.lines().filter(|key| !known.contains(key));
        let keys: Vec<_> = Some(there).filter(|there| !there.is_empty()).into_iter().chain(new).collect();
        env.0.insert(VARIABLE.to_owned(), keys.join("\n"));
    }
}

/// The ports with SSH among them.
pub(super) fn with_port(mut ports: Vec<String>) -> Vec<String> {
    let is_there = ports.iter().any(|port| port.trim().eq_ignore_ascii_case(PORT));
    if !is_there {
        ports.push(PORT.to_owned());
    }
    ports
}

/// What a caller has to know to get in.
pub(super) const NOTE: &str = "sshPublicKey was added to PUBLIC_KEY and 22/tcp to the ports: SSH and SFTP work once the Pod is RUNNING \
     with port 22 mapped (get-pod shows ssh.direct), if the image starts sshd with PUBLIC_KEY as Runpod's do";

/// PEM blocks and PuTTY files, in any case and spacing.
fn is_private(text: &str) -> bool {
    let squeezed: String =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    squeezed.contains("privatekey") || squeezed.contains("puttyuserkeyfile")
}

/// `ssh-…`, `ecdsa-…` or `sk-…`, white space, a base64 blob, then perhaps a comment of printable characters.
fn is_key(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let kind = words.next().unwrap_or_default();
    let blob = words.next().unwrap_or_default();
    let is_kind =
        ["ssh-", "ecdsa-", "sk-"].iter().any(|start| kind.len() > start.len() && kind.starts_with(start));
    let is_blob = !blob.is_empty() && blob.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b));
    is_kind && is_blob && !line.contains(|c: char| c.is_control() && c != '\t')
}

fn refuse(why: &str) -> ToolError {
    ToolError::bad_argument(format!("`sshPublicKey` {why}"))
        .hint("a PUBLIC key is one line like `ssh-ed25519 AAAA... name`; nothing was created")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_public_key_is_refused_and_never_repeated() {
        let bad = [
            "",
            " \r\n ",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE",
            "-----begin rsa private key-----",
            "PuTTY-User-Key-File-3: ssh-ed25519",
            "~/.ssh/id_ed25519.pub",
            "SHA256:2TyQAbCdEf",
            "AAAAC3NzaC1lZDI1NTE5",
            "ssh-ed25519",
            "no-pty ssh-rsa AAAA",
            "ssh-rsa ~/.ssh/key",
            "ssh-rsa AAAA\nrubbish",
            "ssh-rsa AAAA\rrubbish of a long line",
            "ssh-rsa AAAA me\0and more than that",
        ];
        for text in bad {
            let error = PublicKeys::parse(text).expect_err(text);
            let said = error.to_json().to_string();
            for line in text.lines().map(str::trim).filter(|line| line.len() > 12) {
                assert!(!said.contains(line), "{said}");
            }
        }
    }

    #[test]
    fn keys_are_tidied_and_extend_what_is_there() {
        let keys =
            PublicKeys::parse("  ssh-ed25519 AAAAC3 me@box\r\n\r\nssh-rsa BBBB two \rssh-rsa CCCC\r\n")
                .expect("three keys");
        let mut env = Env::default();
        keys.add_to(&mut env, None);
        assert_eq!(env.0["PUBLIC_KEY"], "ssh-ed25519 AAAAC3 me@box\nssh-rsa BBBB two\nssh-rsa CCCC");

        let keys = PublicKeys::parse("ssh-rsa NEW n").expect("a key");
        let inherited: Env = [("PUBLIC_KEY".to_owned(), "ssh-rsa OLD o".to_owned())].into_iter().collect();
        let mut env = Env::default();
        keys.add_to(&mut env, Some(&inherited));
        assert_eq!(env.0["PUBLIC_KEY"], "ssh-rsa OLD o\nssh-rsa NEW n");
        keys.add_to(&mut env, None);
        assert_eq!(env.0["PUBLIC_KEY"], "ssh-rsa OLD o\nssh-rsa NEW n", "not twice");
    }

    #[test]
    fn a_key_that_is_only_part_of_a_line_is_added_all_the_same() {
        let keys = PublicKeys::parse("ssh-rsa NEW n\nssh-rsa TWO t").expect("two keys");
        for there in ["# ssh-rsa NEW n\nssh-rsa TWO t", "ssh-rsa NEW nn\nssh-rsa TWO t"] {
            let inherited: Env = [("PUBLIC_KEY".to_owned(), there.to_owned())].into_iter().collect();
            let mut env = Env::default();
            keys.add_to(&mut env, Some(&inherited));
            assert_eq!(env.0["PUBLIC_KEY"], format!("{there}\nssh-rsa NEW n"));
        }
    }

    #[test]
    fn the_port_is_added_once() {
        let ports = |list: &[&str]| with_port(list.iter().map(|port| (*port).to_owned()).collect());
        assert_eq!(ports(&[]), ["22/tcp"]);
        assert_eq!(ports(&["22/TCP", "80/http"]), ["22/TCP", "80/http"]);
        assert_eq!(ports(&["22/udp"]), ["22/udp", "22/tcp"]);
    }
}
