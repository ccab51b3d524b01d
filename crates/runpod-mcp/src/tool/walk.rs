//! All pages of a list, for filters that the API does not have.

use runpod_api::{Error, Listing, Page};
use serde::Deserialize;

use crate::error::ToolError;

/// Rows asked for at once: the most that the API gives.
const ROWS: u32 = 1000;

/// Pages read before a walk gives up; an account with more rows is asked to narrow its question.
const MOST_PAGES: usize = 20;

/// The pages of a list.
#[derive(Debug)]
pub(crate) struct Walk {
    pages: Vec<Listing>,
    complete: bool,
}

impl Walk {
    /// Reads every page, up to a bound.
    ///
    /// # Errors
    /// The first page that cannot be read ends the walk: half an account must not look like the whole.
    pub(crate) async fn of<F>(fetch: impl Fn(Page) -> F + Send) -> Result<Self, ToolError>
    where
        F: Future<Output = Result<Listing, Error>> + Send,
    {
        let mut pages: Vec<Listing> = Vec::new();
        let mut cursor = None;
        while pages.len() < MOST_PAGES {
            let listing = fetch(Page { limit: Some(ROWS), cursor: cursor.take() }).await?;
            cursor = listing.next_cursor().map(str::to_owned);
            pages.push(listing);
            if cursor.is_none() {
                break;
            }
        }
        Ok(Self { pages, complete: cursor.is_none() })
    }

    /// The rows that a filter keeps, in their order. `V` is what the filter looks at.
    ///
    /// # Errors
    /// `unexpected_answer` for a row without what the filter requires.
    pub(crate) fn keep<'a, V: Deserialize<'a>>(
        &'a self,
        filter: impl Fn(&V) -> bool,
    ) -> Result<Vec<&'a str>, ToolError> {
        let mut kept = Vec::new();
        for page in &self.pages {
            let views = page.views::<V>()?;
            kept.extend(page.rows().zip(&views).filter(|(_, view)| filter(view)).map(|(row, _)| row));
        }
        Ok(kept)
    }

    /// What to tell when not everything was searched.
    pub(crate) fn gap(&self) -> Option<String> {
        let rows: usize = self.pages.iter().map(|page| page.rows().len()).sum();
        (!self.complete).then(|| format!("only the first {rows} rows were searched; there are more"))
    }
}
