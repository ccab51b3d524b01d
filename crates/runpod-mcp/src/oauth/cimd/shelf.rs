//! Documents that were read not long ago, and who is reading which one now.
//!
//! Only good documents are kept, for as long as their hosts say, within bounds.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use runpod_api::Clock;

use super::document::Document;
use crate::lock::Locked;

/// Most documents that are kept.
const MOST: usize = 500;
const SHORTEST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Keeps documents.
#[derive(Debug, Default)]
pub(in crate::oauth) struct Shelf {
    kept: Locked<HashMap<String, Kept>>,
    readers: Locked<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

#[derive(Debug)]
struct Kept {
    document: Arc<Document>,
    until: Duration,
}

impl Shelf {
    /// A document that is still good.
    pub(super) fn find(&self, url: &str, now: Duration) -> Option<Arc<Document>> {
        self.kept
            .with(|kept| kept.get(url).filter(|kept| now < kept.until).map(|kept| Arc::clone(&kept.document)))
    }

    /// Reads a document, unless somebody just did. Of those who want the same one, one reads at a time.
    pub(super) async fn one_at_a_time<F>(
        &self,
        url: &str,
        clock: &dyn Clock,
        read: impl FnOnce() -> F,
    ) -> Option<Arc<Document>>
    where
        F: Future<Output = Option<(Document, Duration)>>,
    {
        let queue = Queue::of(self, url);
        let _turn = queue.turn.lock().await;
        match self.find(url, clock.now()) {
            Some(found) => Some(found),
            None => read().await.map(|(document, life)| self.keep(url, document, clock.now() + life)),
        }
    }

    fn keep(&self, url: &str, document: Document, until: Duration) -> Arc<Document> {
        let document = Arc::new(document);
        let entry = Kept { document: Arc::clone(&document), until };
        self.kept.with(|kept| {
            if kept.len() >= MOST && !kept.contains_key(url) {
                let first = kept.iter().min_by_key(|(_, kept)| kept.until).map(|(url, _)| url.clone());
                first.and_then(|first| kept.remove(&first));
            }
            kept.insert(url.to_owned(), entry);
        });
        document
    }
}

/// Those who want the same document now. Whoever leaves last takes it away, also where a call is dropped on the way.
struct Queue<'a> {
    shelf: &'a Shelf,
    url: &'a str,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl<'a> Queue<'a> {
    fn of(shelf: &'a Shelf, url: &'a str) -> Self {
        let turn = shelf.readers.with(|readers| Arc::clone(readers.entry(url.to_owned()).or_default()));
        Self { shelf, url, turn }
    }
}

impl Drop for Queue<'_> {
    fn drop(&mut self) {
        let own = std::mem::take(&mut self.turn);
        self.shelf.readers.with(|readers| {
            // Given up under the lock, so that of two who leave at once one sees that nobody is left.
            drop(own);
            if readers.get(self.url).is_some_and(|turn| Arc::strong_count(turn) == 1) {
                readers.remove(self.url);
            }
        });
    }
}

/// How long a document is kept by what its host says.
pub(super) fn life(cache_control: Option<&str>) -> Duration {
    let words = cache_control.unwrap_or_default().to_ascii_lowercase();
    let age = words.split(',').find_map(|word| word.trim().strip_prefix("max-age=")?.parse().ok());
    let forbidden = ["no-store", "no-cache"].iter().any(|word| words.contains(word));
    let said = if forbidden { Duration::ZERO } else { Duration::from_secs(age.unwrap_or_default()) };
    said.clamp(SHORTEST, LONGEST)
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::FutureExt;
    use runpod_api::RealClock;
    use shuttle::future::block_on;
    use shuttle::thread::spawn;

    use super::*;
    use crate::lock::schedules::in_many_orders;

    const URL: &str = "https://client.example/me";

    fn document(name: &str) -> Document {
        Document { name: name.to_owned(), host: String::new(), redirects: Vec::new() }
    }

    /// Reads, unless it is there; the first so many readings fail.
    fn read(shelf: &Shelf, (begun, failing): (&AtomicUsize, usize)) -> Option<Arc<Document>> {
        let clock = RealClock::default();
        block_on(shelf.one_at_a_time(URL, &clock, || async {
            let nth = begun.fetch_add(1, Ordering::SeqCst);
            shuttle::future::yield_now().await;
            (nth >= failing).then(|| (document("me"), LONGEST))
        }))
    }

    #[test]
    fn of_readers_in_any_order_one_reads_and_the_next_one_after_a_failure() {
        for failing in 0..2 {
            let told = move || {
                let (shelf, begun) = (Arc::new(Shelf::default()), Arc::new(AtomicUsize::new(0)));
                let one = |_| {
                    let (shelf, begun) = (Arc::clone(&shelf), Arc::clone(&begun));
                    spawn(move || read(&shelf, (&begun, failing)).is_some())
                };
                let readers: Vec<_> = (0..3).map(one).collect();
                let found = readers.into_iter().map(|one| one.join().unwrap());
                assert_eq!(found.filter(|found| *found).count(), 3 - failing);
                assert_eq!(begun.load(Ordering::SeqCst), 1 + failing);
                assert!(shelf.readers.with(|readers| readers.is_empty()), "nobody reads any more");
            };
            in_many_orders(told);
        }
    }

    #[test]
    fn a_reader_that_left_leaves_nothing_behind() {
        let (shelf, clock) = (Shelf::default(), RealClock::default());
        let never = || std::future::pending::<Option<(Document, Duration)>>();
        {
            let mut reading = pin!(shelf.one_at_a_time(URL, &clock, never));
            let mut waiting = pin!(shelf.one_at_a_time(URL, &clock, never));
            assert!(reading.as_mut().now_or_never().is_none() && waiting.as_mut().now_or_never().is_none());
            assert_eq!(shelf.readers.with(|readers| readers.len()), 1);
        }
        assert!(shelf.readers.with(|readers| readers.is_empty()));
    }

    #[test]
    fn the_host_says_how_long_within_bounds() {
        for (said, seconds) in [
            (None, 60),
            (Some("max-age=300, public"), 300),
            (Some("no-store"), 60),
            (Some("max-age=99999999"), 86_400),
            (Some("max-age=x"), 60),
        ] {
            assert_eq!(life(said), Duration::from_secs(seconds), "{said:?}");
        }
    }

    #[test]
    fn a_full_shelf_gives_up_what_ends_first() {
        let shelf = Shelf::default();
        for n in 0..=MOST {
            shelf.keep(&n.to_string(), document(""), Duration::from_secs(100 + n as u64));
        }
        let now = Duration::ZERO;
        assert!(shelf.find("0", now).is_none() && shelf.find("1", now).is_some());
        assert_eq!(shelf.kept.with(|kept| kept.len()), MOST);
        assert!(shelf.find("1", Duration::from_secs(101)).is_none());
    }
}
