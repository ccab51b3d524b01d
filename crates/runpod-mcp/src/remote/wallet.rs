//! Tokens of servers, kept by their addresses.
//!
//! All of them are one item of the vault, so that a keyring asks its owner once and `logout` finds them all. Two
//! programs that sign in at the same moment may lose one of two tokens, which costs one more sign-in. Everything here
//! may block, as the vault does.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::address::Address;
use crate::vault::{Forgotten, Item, Secret, Trouble, Vault};

/// The sign-ins of a vault.
#[derive(Clone, Debug)]
pub struct Wallet(Arc<Vault>);

type Tokens = BTreeMap<String, String>;

impl Wallet {
    /// Those of this vault.
    #[must_use]
    pub fn of(vault: Arc<Vault>) -> Self {
        Self(vault)
    }

    /// The token for a server.
    ///
    /// # Errors
    /// As [`Vault::find`].
    pub fn find(&self, at: &Address) -> Result<Option<Secret>, Trouble> {
        Ok(self.tokens()?.remove(at.url().as_str()).map(Secret::new))
    }

    /// Keeps a token; tells where.
    ///
    /// # Errors
    /// As [`Vault::keep`].
    pub fn keep(&self, at: &Address, token: &Secret) -> Result<String, Trouble> {
        let mut tokens = self.tokens()?;
        tokens.insert(at.url().to_string(), token.reveal().to_owned());
        self.put(&tokens)
    }

    /// Forgets the token of a server; tells whether there was one.
    ///
    /// # Errors
    /// As [`Vault::find`] and [`Vault::keep`].
    pub fn forget(&self, at: &Address) -> Result<bool, Trouble> {
        let mut tokens = self.tokens()?;
        if tokens.remove(at.url().as_str()).is_none() {
            return Ok(false);
        }
        match tokens.is_empty() {
            true => self.forget_all().troubles.into_iter().next().map_or(Ok(true), Err),
            false => self.put(&tokens).map(|_| true),
        }
    }

    /// Forgets all of them.
    #[must_use]
    pub fn forget_all(&self) -> Forgotten {
        self.0.forget(Item::SignIns)
    }

    /// What cannot be read any more is no reason never to sign in again.
    fn tokens(&self) -> Result<Tokens, Trouble> {
        let kept = self.0.find(Item::SignIns)?;
        Ok(kept.and_then(|kept| serde_json::from_str(kept.secret.reveal()).ok()).unwrap_or_default())
    }

    fn put(&self, tokens: &Tokens) -> Result<String, Trouble> {
        let text = serde_json::json!(tokens).to_string();
        self.0.keep(Item::SignIns, &Secret::new(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::PrivateFiles;

    #[test]
    fn each_server_has_its_own_token() {
        let home = tempfile::tempdir().unwrap();
        let files = PrivateFiles::in_folder(home.path().join("x"));
        let wallet = Wallet::of(Arc::new(Vault::of(vec![Box::new(files)])));
        let [a, b] = ["https://a.example/mcp", "https://b.example/"].map(|url| Address::parse(url).unwrap());
        wallet.keep(&a, &Secret::new("token a")).unwrap();
        wallet.keep(&b, &Secret::new("token b")).unwrap();
        assert_eq!(wallet.find(&a), Ok(Some(Secret::new("token a"))));
        assert_eq!((wallet.forget(&a), wallet.forget(&a)), (Ok(true), Ok(false)));
        assert_eq!((wallet.find(&a), wallet.find(&b)), (Ok(None), Ok(Some(Secret::new("token b")))));
        assert_eq!(wallet.forget(&b), Ok(true));
        assert!(std::fs::read_dir(home.path().join("x")).unwrap().next().is_none(), "nothing is left");
    }
}
