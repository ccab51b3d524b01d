//! What many clients at a time do to the memory of a server, and what others feel of them.

use std::fmt;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::load::{Connection, LIST, PODS, Question, load};
use crate::server::Server;

/// A kind of crowd.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Crowd {
    Idle,
    Tokens,
    SlowWriters,
    SlowReaders,
}

/// All kinds.
pub(crate) const ALL: [Crowd; 4] = [Crowd::Idle, Crowd::Tokens, Crowd::SlowWriters, Crowd::SlowReaders];

/// Quiet connections.
const IDLE: usize = 1_000;
/// Callers.
const TOKENS: u64 = 10_000;
/// Connections of those who are slow.
const SLOW: usize = 200;
/// Answers that a slow reader has asked for and does not take: more than the buffers of a connection hold.
const UNREAD: usize = 100;
/// How long they are there before it is measured.
const WHILE: Duration = Duration::from_millis(1_500);

/// What a crowd did.
#[derive(Debug)]
pub(crate) struct Told {
    name: &'static str,
    before: f64,
    during: f64,
    peak: f64,
    p99: f64,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, before, during, peak, p99 } = self;
        write!(f, "{name:<40} {before:>9.1} {during:>9.1} {peak:>9.1} {p99:>9.2}")
    }
}

impl Crowd {
    fn name(self) -> &'static str {
        match self {
            Self::Idle => "1,000 idle connections",
            Self::Tokens => "10,000 callers, one call each",
            Self::SlowWriters => "200 who send a byte now and then",
            Self::SlowReaders => "200 who read no answer",
        }
    }

    /// Memory before and with the crowd, and how long others wait for the tools meanwhile.
    pub(crate) async fn come(self, server: &Server) -> anyhow::Result<Told> {
        load(&server.at, &PODS, 8, 400).await?;
        load(&server.at, &LIST, 8, 400).await?;
        let (before, _) = server.memory();
        let mut crowd = JoinSet::new();
        match self {
            Self::Idle => {
                for _ in 0..IDLE {
                    let mut connection = Connection::open(&server.at).await?;
                    connection.ask(&LIST, 0).await?;
                    crowd.spawn(async move {
                        let _kept = connection;
                        std::future::pending::<()>().await;
                    });
                }
            }
            Self::Tokens => {
                load(&server.at, &Question { tokens: TOKENS, ..PODS }, 32, TOKENS).await?;
            }
            Self::SlowWriters => slow(server, &mut crowd, drip).await?,
            Self::SlowReaders => slow(server, &mut crowd, flood).await?,
        }
        tokio::time::sleep(WHILE).await;
        let others = load(&server.at, &LIST, 4, 1_000).await?;
        let (during, peak) = server.memory();
        Ok(Told { name: self.name(), before, during, peak, p99: others.percentile(99) })
    }
}

/// So many connections, each of which does this.
async fn slow<F>(server: &Server, crowd: &mut JoinSet<()>, act: fn(TcpStream) -> F) -> anyhow::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    for _ in 0..SLOW {
        crowd.spawn(act(TcpStream::connect(&server.at).await?));
    }
    Ok(())
}

/// A head that never ends.
async fn drip(mut stream: TcpStream) {
    let head = b"POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: ".iter().chain(std::iter::repeat(&b'x'));
    for byte in head {
        // Whoever is turned away has had his effect.
        if stream.write_all(&[*byte]).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Questions, one behind the other, of which no answer is read.
async fn flood(mut stream: TcpStream) {
    let body = LIST.body;
    let length = body.len();
    let request = format!(
        "POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer rpa_NOTAKEY\r\ncontent-type: application/json\r\n\
         accept: application/json, text/event-stream\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    for _ in 0..UNREAD {
        if stream.write_all(request.as_bytes()).await.is_err() {
            return;
        }
    }
    std::future::pending().await
}
