//! Secrets in files of our own, one file for each, where no keyring is.
//!
//! A file is written beside its place and renamed, so that a crash leaves the old one or the new one. On Unix its mode
//! is 0600 from the first byte on, and a file that others may read is refused. On Windows the user's own folder is
//! closed to others.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::{Item, Secret, Store, Trouble};

/// Longest file that is read. Ours are a few hundred bytes.
const LONGEST: u64 = 256 * 1024;

/// A folder with one file for each secret.
#[derive(Debug)]
pub struct PrivateFiles {
    folder: PathBuf,
}

impl PrivateFiles {
    /// Files in this folder, which is made when something is kept.
    #[must_use]
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn path(&self, item: Item) -> PathBuf {
        self.folder.join(item.name())
    }

    fn write(&self, item: Item, secret: &Secret) -> io::Result<()> {
        make_private(&self.folder)?;
        let beside = self.folder.join(format!(".{}.{}", item.name(), uuid::Uuid::new_v4()));
        let written = write_new(&beside, secret).and_then(|()| fs::rename(&beside, self.path(item)));
        if written.is_err() {
            // Nobody else knows its name; what could not be made cannot be removed either.
            drop(fs::remove_file(&beside));
        }
        written?;
        sync_folder(&self.folder)
    }
}

impl Store for PrivateFiles {
    fn place(&self) -> String {
        format!("files in {}", self.folder.display())
    }

    fn get(&self, item: Item) -> Result<Option<Secret>, Trouble> {
        let path = self.path(item);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(failed(&path, &e)),
        };
        refuse_loose(&path, &file)?;
        let mut text = String::new();
        let read = (&mut file).take(LONGEST).read_to_string(&mut text);
        read.map_err(|e| failed(&path, &e))?;
        let text = text.trim();
        Ok((!text.is_empty()).then(|| Secret::new(text)))
    }

    fn put(&self, item: Item, secret: &Secret) -> Result<(), Trouble> {
        self.write(item, secret).map_err(|e| failed(&self.path(item), &e))
    }

    fn remove(&self, item: Item) -> Result<bool, Trouble> {
        let path = self.path(item);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(false),
            Err(e) => Err(failed(&path, &e)),
        }
    }
}

fn failed(path: &Path, error: &io::Error) -> Trouble {
    Trouble::Failed { place: path.display().to_string(), why: error.to_string() }
}

fn write_new(path: &Path, secret: &Secret) -> io::Result<()> {
    let mut open = File::options();
    open.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    let mut file = open.open(path)?;
    file.write_all(secret.reveal().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut build = fs::DirBuilder::new();
    build.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut build, 0o700);
    build.create(folder)
}

#[cfg(unix)]
fn refuse_loose(path: &Path, file: &File) -> Result<(), Trouble> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata().map_err(|e| failed(path, &e))?.permissions().mode() & 0o777;
    match mode & 0o077 {
        0 => Ok(()),
        _ => Err(Trouble::Loose { path: path.display().to_string(), mode }),
    }
}

#[cfg(not(unix))]
fn refuse_loose(_: &Path, _: &File) -> Result<(), Trouble> {
    Ok(())
}

/// A rename is safe only when the folder is on disk, too.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
