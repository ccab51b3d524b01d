//! What a call has made so far: known to the audit line even when the call is dropped while it goes on.
//!
//! What is made after that line was written, by work that outlives its call, is told one by one.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Ids that are named; of a batch there may be thousands.
const NAMED: usize = 100;

type Tell = Box<dyn Fn(&str) + Send>;

/// The ids of what a call made. Clones are the same list.
#[derive(Clone, Default)]
pub struct Made(Arc<Mutex<List>>);

#[derive(Default)]
struct List {
    ids: Vec<String>,
    more: usize,
    late: Option<Tell>,
}

impl Made {
    /// Something was made.
    pub fn note(&self, id: &str) {
        let mut list = self.list();
        if let Some(tell) = &list.late {
            return tell(id);
        }
        if list.ids.iter().any(|known| known == id) {
            return;
        }
        match list.ids.len() < NAMED {
            true => list.ids.push(id.to_owned()),
            false => list.more += 1,
        }
    }

    /// The ids so far, in one line; empty when there is none.
    #[must_use]
    pub fn line(&self) -> String {
        let list = self.list();
        let ids = list.ids.join(" ");
        if list.more == 0 { ids } else { format!("{ids} and {} more", list.more) }
    }

    /// The line was written: what comes from now on is told as it comes.
    pub(crate) fn told(&self, late: impl Fn(&str) + Send + 'static) {
        self.list().late = Some(Box::new(late));
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Made").field(&self.line()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_id_is_named_once_and_only_so_many() {
        let made = Made::default();
        assert_eq!(made.line(), "");
        for _ in 0..2 {
            made.note("a");
        }
        assert_eq!(made.line(), "a");
        for number in 0..NAMED + 1 {
            made.note(&number.to_string());
        }
        assert!(made.line().starts_with("a 0 1 ") && made.line().ends_with(" 98 and 2 more"), "{made:?}");
    }

    #[test]
    fn what_is_made_after_the_line_is_told_by_itself() {
        let (made, told) = (Made::default(), Arc::new(Mutex::new(Vec::new())));
        made.note("a");
        let heard = Arc::clone(&told);
        made.told(move |id| heard.lock().unwrap().push(id.to_owned()));
        made.clone().note("b");
        assert_eq!((made.line().as_str(), told.lock().unwrap().as_slice()), ("a", &["b".to_owned()][..]));
    }
}
