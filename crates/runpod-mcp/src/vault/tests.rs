//! Places of memory, and real files in folders of their own.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::*;

/// A keyring in memory; `None` is one that is not there.
#[derive(Debug)]
struct Memory(&'static str, Option<Mutex<BTreeMap<Item, Secret>>>);

impl Memory {
    fn empty(place: &'static str) -> Box<dyn Store> {
        Box::new(Self(place, Some(Mutex::default())))
    }

    fn with(place: &'static str, text: &str) -> Box<dyn Store> {
        let held = BTreeMap::from([(Item::AccountKey, Secret::new(text))]);
        Box::new(Self(place, Some(Mutex::new(held))))
    }

    fn absent() -> Box<dyn Store> {
        Box::new(Self("nowhere", None))
    }

    fn held(&self) -> Result<std::sync::MutexGuard<'_, BTreeMap<Item, Secret>>, Trouble> {
        Ok(self.1.as_ref().ok_or(Trouble::Absent("no keyring".to_owned()))?.lock().unwrap())
    }
}

impl Store for Memory {
    fn place(&self) -> String {
        self.0.to_owned()
    }

    fn get(&self, item: Item) -> Result<Option<Secret>, Trouble> {
        Ok(self.held()?.get(&item).cloned())
    }

    fn put(&self, item: Item, secret: &Secret) -> Result<(), Trouble> {
        self.held()?.insert(item, secret.clone());
        Ok(())
    }

    fn remove(&self, item: Item) -> Result<bool, Trouble> {
        Ok(self.held()?.remove(&item).is_some())
    }
}

/// A keyring whose owner does not unlock it.
#[derive(Debug)]
struct Locked;

impl Store for Locked {
    fn place(&self) -> String {
        "keyring".to_owned()
    }

    fn get(&self, _: Item) -> Result<Option<Secret>, Trouble> {
        Err(Trouble::Locked { place: self.place() })
    }

    fn put(&self, _: Item, _: &Secret) -> Result<(), Trouble> {
        Err(Trouble::Locked { place: self.place() })
    }

    fn remove(&self, _: Item) -> Result<bool, Trouble> {
        Err(Trouble::Locked { place: self.place() })
    }
}

const KEY: Item = Item::AccountKey;

fn found(vault: &Vault) -> Option<(String, String)> {
    let kept = vault.find(KEY).unwrap()?;
    Some((kept.secret.reveal().to_owned(), kept.place))
}

fn pair(secret: &str, place: &str) -> Option<(String, String)> {
    Some((secret.to_owned(), place.to_owned()))
}

#[test]
fn the_keyring_is_used_where_there_is_one_and_files_where_there_is_none() {
    let both = Vault::of(vec![Memory::empty("keyring"), Memory::empty("files")]);
    assert_eq!(both.keep(KEY, &Secret::new("a")).unwrap(), "keyring");
    assert_eq!(found(&both), pair("a", "keyring"));
    let files = Vault::of(vec![Memory::absent(), Memory::empty("files")]);
    assert_eq!(files.keep(KEY, &Secret::new("a")).unwrap(), "files");
    assert_eq!(found(&files), pair("a", "files"));
    let none = Vault::of(vec![Memory::absent()]);
    assert_eq!(none.find(KEY), Ok(None));
    assert!(matches!(none.keep(KEY, &Secret::new("a")), Err(Trouble::Absent(_))));
}

#[test]
fn a_new_secret_leaves_no_older_copy_behind_it() {
    let vault = Vault::of(vec![Memory::empty("keyring"), Memory::with("files", "old")]);
    vault.keep(KEY, &Secret::new("new")).unwrap();
    assert_eq!(vault.forget(KEY).from, ["keyring"]);
    assert_eq!(found(&vault), None);
}

#[test]
fn what_is_forgotten_is_forgotten_everywhere() {
    let vault = Vault::of(vec![Memory::with("keyring", "a"), Memory::absent(), Memory::with("files", "b")]);
    let forgotten = vault.forget(KEY);
    assert_eq!(
        (forgotten.from, forgotten.troubles),
        (vec!["keyring".to_owned(), "files".to_owned()], vec![])
    );
    assert_eq!(found(&vault), None);
    assert_eq!(vault.forget(KEY), Forgotten::default());
}

#[test]
fn a_locked_keyring_is_told_of_and_never_gone_around_when_writing() {
    let vault = Vault::of(vec![Box::new(Locked), Memory::empty("files")]);
    assert!(matches!(vault.keep(KEY, &Secret::new("a")), Err(Trouble::Locked { .. })));
    assert!(matches!(vault.find(KEY), Err(Trouble::Locked { .. })));
    assert_eq!(vault.forget(KEY).troubles.len(), 1);
    let vault = Vault::of(vec![Box::new(Locked), Memory::with("files", "b")]);
    assert_eq!(found(&vault), pair("b", "files"));
}

fn files() -> (tempfile::TempDir, PathBuf, PrivateFiles) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("share").join("runpod-mcp");
    (home, folder.clone(), PrivateFiles::in_folder(folder))
}

#[test]
fn a_file_gives_back_what_it_was_given_and_leaves_nothing_beside() {
    let (_home, folder, files) = files();
    assert_eq!(files.get(KEY), Ok(None));
    for text in ["rpa_one", "rpa_two"] {
        files.put(KEY, &Secret::new(text)).unwrap();
        assert_eq!(files.get(KEY), Ok(Some(Secret::new(text))));
    }
    let names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["account-key"]);
    assert_eq!((files.remove(KEY), files.remove(KEY)), (Ok(true), Ok(false)));
}

#[cfg(unix)]
#[test]
fn a_file_is_for_its_owner_only_and_refused_when_it_is_not() {
    use std::os::unix::fs::PermissionsExt;
    let (_home, folder, files) = files();
    files.put(KEY, &Secret::new("rpa_CANARY")).unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join("account-key"))), (0o700, 0o600));
    for loose in [0o640, 0o604, 0o620, 0o666] {
        let open = std::fs::Permissions::from_mode(loose);
        std::fs::set_permissions(folder.join("account-key"), open).unwrap();
        let trouble = files.get(KEY).unwrap_err();
        assert!(matches!(trouble, Trouble::Loose { mode, .. } if mode == loose), "{trouble}");
        assert!(!trouble.to_string().contains("CANARY"));
    }
    // Keeping a key anew makes it good again.
    files.put(KEY, &Secret::new("rpa_new")).unwrap();
    assert_eq!(files.get(KEY), Ok(Some(Secret::new("rpa_new"))));
}

#[test]
fn a_file_that_cannot_be_written_keeps_what_was_there() {
    let (home, folder, files) = files();
    std::fs::create_dir_all(folder.parent().unwrap()).unwrap();
    std::fs::write(&folder, "a file where the folder should be").unwrap();
    assert!(matches!(files.put(KEY, &Secret::new("rpa_CANARY")), Err(Trouble::Failed { .. })));
    assert_eq!(std::fs::read_to_string(&folder).unwrap(), "a file where the folder should be");
    drop(home);
}

#[test]
fn a_secret_shows_itself_to_nobody() {
    let kept = Kept { secret: Secret::new("rpa_CANARY"), place: "keyring".to_owned() };
    assert!(!format!("{kept:?}").contains("CANARY"));
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn a_bus_that_is_not_there_is_no_keyring() {
    let service = secret_service::SecretService::at("unix:path=/nonexistent/bus".to_owned());
    assert!(matches!(service.get(KEY), Err(Trouble::Absent(_))));
}
