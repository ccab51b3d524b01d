//! A Valkey or Redis server of its own for a test.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server, in a folder of its own; it ends with the test.
pub(super) struct Server {
    child: Option<Child>,
    port: u16,
    url: String,
    folder: tempfile::TempDir,
    tls: bool,
}

impl Server {
    /// None where no server is installed.
    pub(super) fn start() -> Option<Self> {
        Self::of(false)
    }

    /// The same behind TLS.
    pub(super) fn with_tls() -> Option<Self> {
        Self::of(true)
    }

    fn of(tls: bool) -> Option<Self> {
        program()?;
        let folder = tempfile::tempdir().expect("a folder");
        if tls {
            certificate(folder.path());
        }
        // The port is free now; should another take it first, the next one is tried.
        (0..5).find_map(|_| {
            let port = free_port();
            let scheme = if tls { "rediss" } else { "redis" };
            let folder = tempfile::tempdir_in(folder.path().parent()?).ok().filter(|new| {
                ["cert.pem", "key.pem"].iter().for_each(|file| {
                    let _ = std::fs::copy(folder.path().join(file), new.path().join(file));
                });
                true
            })?;
            let url = format!("{scheme}://:test@localhost:{port}");
            let mut server = Self { child: None, port, url, folder, tls };
            server.run().then_some(server)
        })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn root_pem(&self) -> Vec<u8> {
        std::fs::read(self.folder.path().join("cert.pem")).expect("it was written")
    }

    pub(super) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again where it was, with nothing in it.
    pub(super) fn again(&mut self) {
        assert!(self.run(), "its port is still its own");
    }

    fn run(&mut self) -> bool {
        let Some(program) = program() else { return false };
        let port = self.port.to_string();
        let ports = match self.tls {
            true => ["--port", "0", "--tls-port", &port],
            false => ["--port", &port, "--tls-port", "0"],
        };
        let mut command = Command::new(program);
        command.args(ports).args(["--bind", "127.0.0.1", "--save", "", "--requirepass", "test"]);
        if self.tls {
            command.args([
                "--tls-cert-file",
                "cert.pem",
                "--tls-key-file",
                "key.pem",
                "--tls-auth-clients",
                "no",
            ]);
        }
        let child = command.current_dir(self.folder.path()).stdout(Stdio::null()).spawn();
        self.child = Some(child.expect("the server starts"));
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until {
            if TcpStream::connect(self.address()).is_ok() {
                return true;
            }
            if self.child.as_mut().is_some_and(|child| child.try_wait().is_ok_and(|ended| ended.is_some())) {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }

    fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Every key with its value and the milliseconds that it is kept.
    pub(super) fn everything(&self) -> Vec<(String, String, i64)> {
        let keys = self.ask("KEYS *");
        let keys = keys.lines().filter(|line| line.starts_with("runpod-mcp")).map(str::to_owned);
        keys.map(|key| {
            let value = self.ask(&format!("GET {key}")).lines().nth(1).expect("a value").to_owned();
            let kept = self.ask(&format!("PTTL {key}"));
            (key, value, kept.trim().trim_start_matches(':').parse().expect("a number"))
        })
        .collect()
    }

    /// What it answers to a line, as it writes it.
    fn ask(&self, line: &str) -> String {
        let mut socket = TcpStream::connect(self.address()).expect("it listens");
        socket.write_all(format!("AUTH test\r\n{line}\r\nQUIT\r\n").as_bytes()).expect("it reads");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("it answers");
        let answer = answer.strip_prefix("+OK\r\n").expect("the password is right");
        answer.strip_suffix("+OK\r\n").expect("and the end is said").to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// `valkey-server` or `redis-server`.
#[expect(
    clippy::disallowed_methods,
    reason = "where programs are, and whether one may be missing, is for who runs the tests"
)]
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let found = ["valkey-server", "redis-server"]
        .iter()
        .find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file()));
    if found.is_none() {
        eprintln!("SKIPPED: neither valkey-server nor redis-server is installed");
        assert!(std::env::var_os("NEED_VALKEY").is_none(), "and NEED_VALKEY is set");
    }
    found
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("it has one").port()
}

fn certificate(folder: &Path) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).expect("it can be written");
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("it can be written");
}

/// The certificate of nobody here.
pub(super) fn stranger_pem() -> Vec<u8> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    made.cert.pem().into_bytes()
}
