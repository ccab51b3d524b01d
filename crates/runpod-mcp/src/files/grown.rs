//! A file that grows line by line and keeps what it was told, whatever happens to the process.
//!
//! A line counts as written when it reached the disk; several that are written at the same time reach it together. A
//! last line that a crash tore off never counted, and is cut off when the file is opened again. One process at a time
//! writes to it: another one is told so. What the lines mean is not known here.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use cap_std::fs::{Dir, OpenOptions};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::{Files, refused, regular};
use crate::error::ToolError;

/// Orders that wait for the disk.
const WAITING: usize = 64;

/// What is written to.
pub(crate) trait Paper: Send + 'static {
    /// Writes behind what is there.
    fn add(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Returns when all of it is on the disk.
    fn sync(&mut self) -> io::Result<()>;
}

impl Paper for File {
    fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// Writes lines, from any number of tasks.
#[derive(Debug)]
pub(crate) struct Pen {
    orders: mpsc::Sender<Order>,
    writing: JoinHandle<()>,
}

struct Order {
    line: Vec<u8>,
    done: oneshot::Sender<Result<(), String>>,
}

impl Files {
    /// Opens a file that grows, or begins it, and answers the lines that it has.
    ///
    /// # Errors
    /// `file_busy` while another process or call writes to it; `file_refused` as elsewhere.
    pub(crate) async fn grow(&self, name: &str) -> Result<(Vec<String>, Pen), ToolError> {
        let (files, file) = (self.clone(), name.to_owned());
        let opened = tokio::task::spawn_blocking(move || open(&files.open()?, &file)).await;
        match opened.unwrap_or_else(|_| Err(io::Error::other("the opening was broken off"))) {
            Ok((lines, file)) => Ok((lines, Pen::on(file))),
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => Err(busy(name)),
            Err(e) => Err(refused(name, &e)),
        }
    }
}

fn open(folder: &Dir, name: &str) -> io::Result<(Vec<String>, File)> {
    let options = || OpenOptions::new().read(true).write(true).clone();
    let mut file = match folder.open_with(name, options().create_new(true)) {
        Ok(file) => {
            remember(folder);
            file.into_std()
        }
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            regular(folder, name)?;
            folder.open_with(name, &options())?.into_std()
        }
        Err(e) => return Err(e),
    };
    file.try_lock().map_err(|e| match e {
        TryLockError::WouldBlock => io::ErrorKind::WouldBlock.into(),
        TryLockError::Error(e) => e,
    })?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let (lines, whole) = lines(&bytes)?;
    if whole < bytes.len() {
        file.set_len(whole as u64)?;
        file.sync_all()?;
    }
    file.seek(SeekFrom::Start(whole as u64))?;
    Ok((lines, file))
}

/// The whole lines, and how many bytes they have. What follows them is the beginning of one.
pub(crate) fn lines(bytes: &[u8]) -> io::Result<(Vec<String>, usize)> {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let text = bytes.get(..whole).unwrap_or_default();
    let text = std::str::from_utf8(text).map_err(|_| io::Error::other("it is not UTF-8"))?;
    Ok((text.lines().map(str::to_owned).collect(), whole))
}

/// That there is a new file has to reach the disk as well. Where folders cannot be told to, the system does it alone.
fn remember(folder: &Dir) {
    drop(folder.open(".").and_then(|folder| folder.sync_all()));
}

fn busy(name: &str) -> ToolError {
    ToolError::new("file_busy", format!("another call is writing to {name:?} at this moment"))
        .status(409)
        .hint("wait until it has ended, then repeat this call")
}

impl Pen {
    /// A pen on this paper.
    pub(crate) fn on(paper: impl Paper) -> Self {
        let (orders, arriving) = mpsc::channel(WAITING);
        Self { orders, writing: tokio::task::spawn_blocking(|| write(paper, arriving)) }
    }

    /// Writes a line; returns when it is on the disk.
    ///
    /// # Errors
    /// When it is not, and then nothing that comes later is either.
    pub(crate) async fn write(&self, line: &str) -> Result<(), String> {
        let (done, told) = oneshot::channel();
        let order = Order { line: format!("{line}\n").into_bytes(), done };
        let sent = self.orders.send(order).await.is_ok();
        match told.await {
            Ok(written) if sent => written,
            _ => Err("the writing was broken off".to_owned()),
        }
    }

    /// Returns when the file is closed.
    pub(crate) async fn close(self) {
        drop(self.orders);
        // There is nothing to report: each line had its own answer.
        drop(self.writing.await);
    }
}

fn write(mut paper: impl Paper, mut arriving: mpsc::Receiver<Order>) {
    let mut broken = None;
    let mut together = Vec::new();
    while let Some(first) = arriving.blocking_recv() {
        together.push(first);
        while let Ok(order) = arriving.try_recv() {
            together.push(order);
        }
        // After a failure nobody knows where the file ends.
        if broken.is_none() {
            let bytes: Vec<u8> = together.iter().flat_map(|order| order.line.iter().copied()).collect();
            broken = paper.add(&bytes).and_then(|()| paper.sync()).err().map(|e| e.to_string());
        }
        for order in together.drain(..) {
            // Whoever ordered it may have left.
            drop(order.done.send(broken.clone().map_or(Ok(()), Err)));
        }
    }
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Order")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::inside(folder.path().to_owned()).unwrap();
        (folder, files)
    }

    #[tokio::test]
    async fn lines_are_there_again_and_a_torn_one_is_cut_off() {
        let (folder, files) = folder();
        let (lines, pen) = files.grow("a").await.unwrap();
        assert_eq!(lines, [""; 0]);
        pen.write("one").await.unwrap();
        pen.write("two").await.unwrap();
        pen.close().await;
        let path = folder.path().join("a");
        let mut torn = std::fs::read(&path).unwrap();
        torn.extend(b"thr\xff");
        std::fs::write(&path, torn).unwrap();
        let (lines, pen) = files.grow("a").await.unwrap();
        assert_eq!(lines, ["one", "two"]);
        pen.write("three").await.unwrap();
        pen.close().await;
        assert_eq!(std::fs::read_to_string(path).unwrap(), "one\ntwo\nthree\n");
    }

    #[tokio::test]
    async fn one_writes_at_a_time() {
        let (_folder, files) = folder();
        let (_, pen) = files.grow("a").await.unwrap();
        assert_eq!(files.grow("a").await.unwrap_err().code, "file_busy");
        pen.close().await;
        files.grow("a").await.unwrap();
    }

    /// Takes one line and breaks.
    struct Full(usize);

    impl Paper for Full {
        fn add(&mut self, _: &[u8]) -> io::Result<()> {
            self.0 = self.0.checked_sub(1).ok_or(io::ErrorKind::StorageFull)?;
            Ok(())
        }

        fn sync(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn after_a_line_that_was_not_written_none_is() {
        let pen = Pen::on(Full(1));
        assert!(pen.write("one").await.is_ok());
        assert!(pen.write("two").await.is_err() && pen.write("three").await.is_err());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_file_that_grows_is_inside_of_the_folder_too() {
        let (outside, _) = folder();
        let inside = outside.path().join("inside");
        std::fs::create_dir(&inside).unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret"), inside.join("link")).unwrap();
        let files = Files::inside(inside).unwrap();
        for name in ["../x", "link", "/tmp/x", ".", ""] {
            assert!(files.grow(name).await.is_err(), "{name}");
        }
        assert!(!outside.path().join("secret").exists());
    }
}
