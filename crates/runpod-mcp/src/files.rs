//! Files that tools may read and write: inside of one folder, and nowhere else.
//!
//! The folder is held as a capability: a name that leads out of it, by dots, by a link or by being absolute, cannot
//! be opened at all. What is written appears under its name at once and whole, or not at all; only what grows line by
//! line (`grown`) is there from its first line on. Who asked for it, and what is in it, is not known here.

pub(crate) mod grown;

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions};
use ring::digest::{Context, SHA256};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::error::ToolError;

/// Pieces that wait for the disk.
const WAITING: usize = 4;

/// The folder.
#[derive(Clone, Debug)]
pub struct Files(PathBuf);

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
}

/// A file that is being written. Dropped before [`Draft::keep`], it leaves nothing behind.
#[derive(Debug)]
pub struct Draft {
    pieces: Option<mpsc::Sender<Piece>>,
    writing: JoinHandle<io::Result<Option<(u64, String)>>>,
    path: PathBuf,
    name: String,
}

#[derive(Debug)]
enum Piece {
    Bytes(Bytes),
    /// That was all.
    End,
}

impl Files {
    /// The files inside of this folder.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn inside(folder: PathBuf) -> io::Result<Self> {
        let files = Self(folder);
        files.open().map(|_| files)
    }

    /// A handle through which nothing outside of the folder can be reached.
    ///
    /// # Errors
    /// When it is gone, or closed to this process.
    pub fn open(&self) -> io::Result<Dir> {
        Dir::open_ambient_dir(&self.0, ambient_authority())
    }

    /// The text of a file of at most so many bytes.
    ///
    /// # Errors
    /// `file_refused` for what leads out of the folder, is no file, is larger or is no text.
    pub async fn read(&self, name: &str, most: u64) -> Result<String, ToolError> {
        let (files, file) = (self.clone(), name.to_owned());
        let read = tokio::task::spawn_blocking(move || files.read_now(&file, most)).await;
        let read = read.unwrap_or_else(|_| Err(io::Error::other("the reading was broken off")));
        read.map_err(|e| unread(name, &e))
    }

    /// The whole lines of a file that grows ([`grown`]); none when there is no such file.
    ///
    /// # Errors
    /// As [`Files::read`].
    pub(crate) async fn lines(&self, name: &str, most: u64) -> Result<Vec<String>, ToolError> {
        let (files, file) = (self.clone(), name.to_owned());
        let read = tokio::task::spawn_blocking(move || {
            let bytes = files.bytes(&file, most)?;
            grown::lines(&bytes).map(|(lines, _)| lines)
        });
        match read.await.unwrap_or_else(|_| Err(io::Error::other("the reading was broken off"))) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            read => read.map_err(|e| unread(name, &e)),
        }
    }

    fn bytes(&self, name: &str, most: u64) -> io::Result<Vec<u8>> {
        let folder = self.open()?;
        let mut bytes = Vec::new();
        regular(&folder, name)?;
        folder.open(name)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        match bytes.len() as u64 > most {
            true => Err(io::Error::other(format!("it is larger than {most} bytes"))),
            false => Ok(bytes),
        }
    }

    fn read_now(&self, name: &str, most: u64) -> io::Result<String> {
        String::from_utf8(self.bytes(name, most)?).map_err(|e| {
            let before = e.as_bytes().get(..e.utf8_error().valid_up_to()).unwrap_or_default();
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            io::Error::other(format!("line {line} is not UTF-8"))
        })
    }

    /// Begins a file. It gets its name when it is kept; until then another one stands beside it.
    ///
    /// # Errors
    /// `bad_argument` for a name that leads out of the folder or into no folder, or a file that is there already and
    /// may not be replaced.
    pub fn begin(&self, name: &str, replace: bool) -> Result<Draft, ToolError> {
        let unusable = |e: io::Error| refused(name, &e);
        let folder = self.open().map_err(unusable)?;
        if !is_file_name(name) {
            return Err(ToolError::bad_argument("`saveTo` is no name of a file")
                .hint("a path relative to the folder of --files-dir, such as outputs/job.json"));
        }
        if !replace && folder.symlink_metadata(name).is_ok() {
            return Err(taken(name));
        }
        let beside = format!("{name}.{}.part", uuid::Uuid::new_v4().simple());
        let file = folder.open_with(&beside, OpenOptions::new().write(true).create_new(true));
        let file = file.map_err(unusable)?;
        let (pieces, arriving) = mpsc::channel(WAITING);
        let place = Place { folder, beside, name: name.to_owned(), replace };
        let writing = tokio::task::spawn_blocking(move || place.write(file, arriving));
        Ok(Draft { pieces: Some(pieces), writing, path: self.0.join(name), name: name.to_owned() })
    }
}

impl Draft {
    /// Adds a piece; waits while the disk is behind.
    ///
    /// # Errors
    /// When the disk took no more.
    pub async fn put(&mut self, piece: Bytes) -> io::Result<()> {
        let sent = match &self.pieces {
            Some(pieces) => pieces.send(Piece::Bytes(piece)).await.is_ok(),
            None => false,
        };
        match sent {
            true => Ok(()),
            false => Err(self.why().await),
        }
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// When the disk took not all of it, or there is a file of this name by now that may not be replaced.
    pub async fn keep(mut self) -> Result<Saved, ToolError> {
        if let Some(pieces) = self.pieces.take() {
            // A writer that has given up says why below.
            let _ = pieces.send(Piece::End).await;
        }
        match (&mut self.writing).await {
            Ok(Ok(Some((bytes, sha256)))) => Ok(Saved { path: self.path, bytes, sha256 }),
            Ok(Err(e)) if e.kind() == io::ErrorKind::AlreadyExists => Err(taken(&self.name)),
            Ok(Err(e)) => Err(refused(&self.name, &e)),
            Ok(Ok(None)) | Err(_) => {
                Err(refused(&self.name, &io::Error::other("the writing was broken off")))
            }
        }
    }

    async fn why(&mut self) -> io::Error {
        self.pieces = None;
        match (&mut self.writing).await {
            Ok(Err(e)) => e,
            _ => io::Error::other("the writing was broken off"),
        }
    }
}

/// Where a file is to appear.
struct Place {
    folder: Dir,
    beside: String,
    name: String,
    replace: bool,
}

impl Place {
    /// Writes what arrives. Whatever goes wrong, and also when nobody says that it was all, the file beside goes.
    fn write(self, file: File, arriving: mpsc::Receiver<Piece>) -> io::Result<Option<(u64, String)>> {
        let written = self.fill(file, arriving).and_then(|written| match written {
            Some(written) => self.appear().map(|()| Some(written)),
            None => Ok(None),
        });
        if !matches!(written, Ok(Some(_))) {
            // What is there to report is the first failure.
            let _ = self.folder.remove_file(&self.beside);
        }
        written
    }

    fn fill(&self, mut file: File, mut arriving: mpsc::Receiver<Piece>) -> io::Result<Option<(u64, String)>> {
        let (mut bytes, mut digest) = (0, Context::new(&SHA256));
        while let Some(piece) = arriving.blocking_recv() {
            let Piece::Bytes(piece) = piece else {
                file.sync_all()?;
                return Ok(Some((bytes, hex(digest.finish().as_ref()))));
            };
            file.write_all(&piece)?;
            digest.update(&piece);
            bytes += piece.len() as u64;
        }
        Ok(None)
    }

    /// A second name for the same file is refused by the system where that name is taken; a new name for it is not.
    fn appear(&self) -> io::Result<()> {
        match self.replace {
            true => self.folder.rename(&self.beside, &self.folder, &self.name),
            false => {
                self.folder.hard_link(&self.beside, &self.folder, &self.name)?;
                self.folder.remove_file(&self.beside)
            }
        }
    }
}

/// Whether a name ends in the name of a file.
fn is_file_name(name: &str) -> bool {
    !name.is_empty() && !name.ends_with(['/', '\\']) && Path::new(name).file_name().is_some()
}

/// Refuses what is no file: opening a pipe would wait for its other end.
fn regular(folder: &Dir, name: &str) -> io::Result<()> {
    match folder.metadata(name)?.is_file() {
        true => Ok(()),
        false => Err(io::Error::other("it is no file")),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn taken(name: &str) -> ToolError {
    ToolError::new("file_exists", format!("{name:?} is there already"))
        .status(409)
        .hint("choose another name, or say overwrite true if the user wants it replaced")
}

fn refused(name: &str, why: &io::Error) -> ToolError {
    ToolError::new("file_refused", format!("{name:?} cannot be written inside of --files-dir: {why}"))
        .status(400)
        .hint("a path relative to that folder, in a folder that exists; nothing outside of it can be reached")
}

fn unread(name: &str, why: &io::Error) -> ToolError {
    ToolError::new("file_refused", format!("{name:?} cannot be read inside of --files-dir: {why}"))
        .status(400)
        .hint("a path relative to that folder, such as inputs.jsonl; nothing outside of it can be reached")
}

/// Files are asked for, and there is no folder for them.
pub(crate) fn no_folder(argument: &str, instead: &str) -> ToolError {
    let message = format!(
        "`{argument}` needs a folder for files, and this server has none: over HTTP it never has, on stdio it was \
         started without --files-dir"
    );
    ToolError::new("no_files_dir", message)
        .status(403)
        .hint(format!("{instead}, or ask the user for a server on stdio with --files-dir FOLDER"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::inside(folder.path().to_owned()).unwrap();
        (folder, files)
    }

    fn names(folder: &Path) -> Vec<String> {
        let names = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    async fn save(files: &Files, name: &str, text: &'static str, replace: bool) -> Result<Saved, ToolError> {
        let mut draft = files.begin(name, replace)?;
        draft.put(Bytes::from_static(text.as_bytes())).await.unwrap();
        draft.keep().await
    }

    #[tokio::test]
    async fn a_file_appears_whole_with_its_digest() {
        let (folder, files) = folder();
        let mut draft = files.begin("out.json", false).unwrap();
        draft.put(Bytes::from_static(b"ab")).await.unwrap();
        assert!(!folder.path().join("out.json").exists());
        draft.put(Bytes::from_static(b"c")).await.unwrap();
        let saved = draft.keep().await.unwrap();
        assert_eq!(saved.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!((saved.bytes, std::fs::read(&saved.path).unwrap().as_slice()), (3, &b"abc"[..]));
        assert_eq!(names(folder.path()), ["out.json"]);
    }

    #[tokio::test]
    async fn what_is_not_kept_leaves_nothing_behind() {
        let (folder, files) = folder();
        let mut draft = files.begin("out.json", false).unwrap();
        draft.put(Bytes::from_static(b"ab")).await.unwrap();
        let Draft { pieces, writing, .. } = draft;
        drop(pieces);
        assert_eq!(writing.await.unwrap().unwrap(), None);
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[tokio::test]
    async fn nothing_is_replaced_unless_that_is_said() {
        let (folder, files) = folder();
        save(&files, "a", "first", false).await.unwrap();
        assert_eq!(save(&files, "a", "second", false).await.unwrap_err().code, "file_exists");
        // One that appears meanwhile is not replaced either.
        let late = files.begin("b", false).unwrap();
        std::fs::write(folder.path().join("b"), "theirs").unwrap();
        assert_eq!(late.keep().await.unwrap_err().code, "file_exists");
        assert_eq!(std::fs::read(folder.path().join("b")).unwrap(), b"theirs");
        save(&files, "a", "second", true).await.unwrap();
        assert_eq!(std::fs::read(folder.path().join("a")).unwrap(), b"second");
        assert_eq!(names(folder.path()), ["a", "b"]);
    }

    #[tokio::test]
    async fn what_is_read_is_a_text_of_this_folder_and_not_too_large() {
        let (folder, files) = folder();
        std::fs::write(folder.path().join("a"), "é\n").unwrap();
        std::fs::write(folder.path().join("bytes"), b"ok\n\xff\n").unwrap();
        assert_eq!(files.read("a", 3).await.unwrap(), "é\n");
        let why = async |name: &str, most| files.read(name, most).await.unwrap_err().message;
        assert!(why("a", 2).await.contains("larger than 2 bytes"));
        assert!(why("bytes", 9).await.contains("line 2 is not UTF-8"));
        assert!(why(".", 9).await.contains("no file"));
        for name in ["", "none", "../a", "/etc/hostname"] {
            assert!(files.read(name, 99).await.is_err(), "{name}");
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn no_name_leads_out_of_the_folder() {
        let (outside, files) = folder();
        let inside = outside.path().join("inside");
        std::fs::create_dir(&inside).unwrap();
        std::os::unix::fs::symlink(outside.path(), inside.join("link")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret"), inside.join("file")).unwrap();
        drop(files);
        let files = Files::inside(inside.clone()).unwrap();
        let absolute = outside.path().join("x");
        for name in
            ["", ".", "..", "../x", "a/../../x", "link/x", "/", absolute.to_str().unwrap(), "none/x", "x/"]
        {
            assert!(save(&files, name, "x", true).await.is_err(), "{name}");
        }
        // A link under the very name is replaced, not followed.
        save(&files, "file", "x", true).await.unwrap();
        assert_eq!(names(outside.path()), ["inside"]);
        assert_eq!(names(&inside), ["file", "link"]);
    }
}
