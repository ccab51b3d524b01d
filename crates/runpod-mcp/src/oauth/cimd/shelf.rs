//! Documents that were read not long ago, and who is reading which one now.
//!
//! Only good documents are kept, for as long as their hosts say, within bounds.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use runpod_api::Clock;

use super::document::Document;

/// Most documents that are kept.
const MOST: usize = 500;
const SHORTEST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Keeps documents.
#[derive(Debug, Default)]
pub(in crate::oauth) struct Shelf {
    kept: Mutex<HashMap<String, Kept>>,
    readers: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

#[derive(Debug)]
struct Kept {
    document: Arc<Document>,
    until: Duration,
}

impl Shelf {
    /// A document that is still good.
    pub(super) fn find(&self, url: &str, now: Duration) -> Option<Arc<Document>> {
        let kept = lock(&self.kept);
        kept.get(url).filter(|kept| now < kept.until).map(|kept| Arc::clone(&kept.document))
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
        let turn = Arc::clone(lock(&self.readers).entry(url.to_owned()).or_default());
        let guard = turn.lock().await;
        let found = match self.find(url, clock.now()) {
            Some(found) => Some(found),
            None => read().await.map(|(document, life)| self.keep(url, document, clock.now() + life)),
        };
        drop(guard);
        let mut readers = lock(&self.readers);
        // The map has one, this call has one: nobody else waits.
        if Arc::strong_count(&turn) <= 2 {
            readers.remove(url);
        }
        found
    }

    fn keep(&self, url: &str, document: Document, until: Duration) -> Arc<Document> {
        let document = Arc::new(document);
        let mut kept = lock(&self.kept);
        if kept.len() >= MOST && !kept.contains_key(url) {
            let first = kept.iter().min_by_key(|(_, kept)| kept.until).map(|(url, _)| url.clone());
            first.and_then(|first| kept.remove(&first));
        }
        kept.insert(url.to_owned(), Kept { document: Arc::clone(&document), until });
        document
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

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let document =
            |n: usize| Document { name: n.to_string(), host: String::new(), redirects: Vec::new() };
        for n in 0..=MOST {
            shelf.keep(&n.to_string(), document(n), Duration::from_secs(100 + n as u64));
        }
        let now = Duration::ZERO;
        assert!(shelf.find("0", now).is_none() && shelf.find("1", now).is_some());
        assert_eq!(lock(&shelf.kept).len(), MOST);
        assert!(shelf.find("1", Duration::from_secs(101)).is_none());
    }
}
