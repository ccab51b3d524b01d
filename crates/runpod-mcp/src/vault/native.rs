//! The Keychain of macOS and the Credential Manager of Windows.

use keyring_core::Error;
use keyring_core::api::CredentialStoreApi;

use super::{Item, Secret, Store, Trouble};

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store as System;
#[cfg(windows)]
use windows_native_keyring_store::Store as System;

#[cfg(target_os = "macos")]
const PLACE: &str = "the Keychain of macOS";
#[cfg(windows)]
const PLACE: &str = "the Credential Manager of Windows";

/// Under which name entries are kept.
const SERVICE: &str = "runpod-mcp";

/// The system's own keyring.
#[derive(Debug)]
pub(super) struct Native;

impl Native {
    fn entry(item: Item) -> Result<keyring_core::Entry, Trouble> {
        let store = System::new().map_err(|e| failed(&e))?;
        store.build(SERVICE, item.name(), None).map_err(|e| failed(&e))
    }
}

impl Store for Native {
    fn place(&self) -> String {
        PLACE.to_owned()
    }

    fn get(&self, item: Item) -> Result<Option<Secret>, Trouble> {
        match Self::entry(item)?.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(e) => Err(failed(&e)),
        }
    }

    fn put(&self, item: Item, secret: &Secret) -> Result<(), Trouble> {
        Self::entry(item)?.set_password(secret.reveal()).map_err(|e| failed(&e))
    }

    fn remove(&self, item: Item) -> Result<bool, Trouble> {
        match Self::entry(item)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(e) => Err(failed(&e)),
        }
    }
}

/// In our own words: theirs may carry what was read.
fn failed(error: &Error) -> Trouble {
    let place = PLACE.to_owned();
    let why = match error {
        Error::NoStorageAccess(_) => return Trouble::Locked { place },
        Error::TooLong(_, most) => format!("takes no more than {most} bytes; use --key-store file"),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "holds something that is no text".to_owned(),
        Error::Ambiguous(_) => "holds more than one entry of runpod-mcp: remove them by hand".to_owned(),
        _ => "refused the request; use --key-store file".to_owned(),
    };
    Trouble::Failed { place, why }
}
