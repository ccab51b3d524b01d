//! A file as it was seen, and what takes its place.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::Failure;

/// More links than this in a row are a circle.
const LINKS: usize = 40;

/// A file at one moment.
pub(super) struct Seen {
    /// Where it really is, links followed.
    real: PathBuf,
    /// What was in it, and what kind of file it was; nothing when there was none.
    was: Option<(Vec<u8>, Metadata)>,
}

impl Seen {
    pub(super) fn at(path: &Path) -> Result<Self, Failure> {
        if !path.is_absolute() {
            let shown = path.display();
            return Err(Failure::Place(format!(
                "{shown} is not an absolute path, so it depends on where one stands"
            )));
        }
        let real = follow(path)?;
        let metadata = match fs::symlink_metadata(&real) {
            Ok(metadata) => metadata,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Self { real, was: None }),
            Err(e) => return Err(Failure::Disk("looked at", e)),
        };
        if metadata.is_dir() {
            return Err(Failure::Place("it is a directory, not a file".to_owned()));
        }
        if !metadata.is_file() {
            return Err(Failure::Place("it is no ordinary file".to_owned()));
        }
        let bytes = read(&real).map_err(|e| Failure::Disk("read", e))?;
        Ok(Self { real, was: Some((bytes, metadata)) })
    }

    pub(super) fn bytes(&self) -> Option<&[u8]> {
        self.was.as_ref().map(|(bytes, _)| bytes.as_slice())
    }

    /// Whether it still is what was seen.
    pub(super) fn is_current(&self) -> bool {
        match (read(&self.real), self.bytes()) {
            (Ok(now), Some(then)) => now == then,
            (Err(e), None) => e.kind() == io::ErrorKind::NotFound,
            _ => false,
        }
    }

    pub(super) fn reads(&self, text: &str) -> bool {
        read(&self.real).is_ok_and(|now| now == text.as_bytes())
    }

    /// Writes a new text beside the file, with its owner and its mode; closed to others when it is secret.
    pub(super) fn write_beside(&self, text: &str, secret: bool) -> Result<Beside, Failure> {
        let failed = |e| Failure::Disk("written", e);
        if self.was.as_ref().is_some_and(|(_, metadata)| metadata.permissions().readonly()) {
            return Err(Failure::Place("it is read-only".to_owned()));
        }
        let folder = self.folder()?;
        make(&folder).map_err(failed)?;
        let mut file = NamedTempFile::with_prefix_in(".runpod-mcp-", &folder).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        if let Some((_, old)) = &self.was {
            like(file.as_file(), old, secret).map_err(failed)?;
        }
        file.as_file().sync_all().map_err(failed)?;
        Ok(Beside { file, folder })
    }

    /// Keeps what was seen beside the file, closed to others, and says where.
    pub(super) fn keep(&self) -> Result<Option<PathBuf>, Failure> {
        let failed = |e| Failure::Disk("backed up", e);
        let Some(bytes) = self.bytes() else { return Ok(None) };
        let mut name = self.real.file_name().unwrap_or_default().to_owned();
        name.push(".runpod-mcp.bak");
        let backup = self.real.with_file_name(name);
        let mut file = NamedTempFile::with_prefix_in(".runpod-mcp-", self.folder()?).map_err(failed)?;
        file.write_all(bytes).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&backup).map_err(|e| failed(e.error))?;
        Ok(Some(backup))
    }

    fn folder(&self) -> Result<PathBuf, Failure> {
        let parent = self.real.parent().filter(|parent| !parent.as_os_str().is_empty());
        parent.map(Path::to_owned).ok_or_else(|| Failure::Place("it is in no directory".to_owned()))
    }

    #[cfg(unix)]
    pub(super) fn is_open_to_others(&self) -> bool {
        use std::os::unix::fs::PermissionsExt;
        self.was.as_ref().is_some_and(|(_, metadata)| metadata.permissions().mode() & 0o077 != 0)
    }

    #[cfg(not(unix))]
    pub(super) fn is_open_to_others(&self) -> bool {
        false
    }
}

/// A text on its way into a file. Dropped, it leaves nothing behind.
pub(super) struct Beside {
    file: NamedTempFile,
    folder: PathBuf,
}

impl Beside {
    pub(super) fn take_place(self, of: &Seen) -> Result<(), Failure> {
        self.file.persist(&of.real).map_err(|e| Failure::Disk("replaced", e.error))?;
        // The name is safe when the folder is; not every system can open one.
        drop(File::open(&self.folder).and_then(|folder| folder.sync_all()));
        Ok(())
    }
}

/// Where a path leads, also when there is nothing yet.
fn follow(path: &Path) -> Result<PathBuf, Failure> {
    let mut here = path.to_owned();
    for _ in 0..LINKS {
        let Ok(next) = fs::read_link(&here) else {
            return Ok(here);
        };
        here = here.parent().unwrap_or(Path::new("")).join(next);
    }
    Err(Failure::Place("its symbolic links lead in a circle".to_owned()))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more than may be edited, so that a huge file is told from one that just fits.
    File::open(path)?.take(super::super::edit::LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(unix)]
fn make(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn like(file: &File, old: &Metadata, secret: bool) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        fchown(file, Some(old.uid()), Some(old.gid()))?;
    }
    let mode = old.permissions().mode() & if secret { 0o700 } else { 0o777 };
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn like(_: &File, _: &Metadata, _: bool) -> io::Result<()> {
    Ok(())
}
