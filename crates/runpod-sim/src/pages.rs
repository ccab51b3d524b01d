//! Pages of a list: newest first, with cursors that only fit the question they came from.

use serde::Serialize;

use crate::call::Call;
use crate::ids::fate;
use crate::refusal::Refusal;
use crate::settings::Without;

/// `Pagination` of the contract.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pagination {
    next_cursor: Option<String>,
    has_next_page: bool,
}

impl Pagination {
    /// There is no further page.
    pub(crate) fn last() -> Self {
        Self { next_cursor: None, has_next_page: false }
    }
}

/// Which part of a list was asked for.
#[derive(Debug)]
pub(crate) struct Page {
    /// What distinguishes this question from every other one; part of its cursors.
    question: u64,
    /// Show what was born before this.
    before: u64,
    limit: usize,
    /// An older host does not page at all.
    unpaged: bool,
}

/// The most that one page holds, unless an operation says less.
pub(crate) const MOST: usize = 1000;

impl Page {
    /// Reads `cursor` and `limit`. A cursor of another account, operation or filter is 422, as a broken one.
    pub(crate) fn read(call: &Call<'_>, most: usize) -> Result<Self, Refusal> {
        let question = question(call);
        if call.lacks(Without::Pagination) {
            return Ok(Self { question, before: u64::MAX, limit: usize::MAX, unpaged: true });
        }
        let limit = call.asked("limit").and_then(|limit| limit.parse().ok()).unwrap_or(most).min(most);
        let before = call.asked("cursor").map_or(Ok(u64::MAX), |cursor| open(question, &cursor))?;
        Ok(Self { question, before, limit, unpaged: false })
    }

    /// Cuts the page out of all items. `born` tells an item's place in the order of creation.
    pub(crate) fn cut<T>(&self, mut items: Vec<T>, born: impl Fn(&T) -> u64) -> (Vec<T>, Option<Pagination>) {
        let newest = |item: &T| std::cmp::Reverse(born(item));
        items.retain(|item| born(item) < self.before);
        let more = items.len() > self.limit;
        if more {
            // Most of a long list is on other pages and need not be in order.
            items.select_nth_unstable_by_key(self.limit, newest);
            items.truncate(self.limit);
        }
        items.sort_by_key(newest);
        let last = items.last().map(&born).filter(|_| more);
        let next_cursor = last.map(|born| seal(self.question, born));
        let pagination = Pagination { has_next_page: next_cursor.is_some(), next_cursor };
        (items, (!self.unpaged).then_some(pagination))
    }
}

/// The account, the operation, its path and its filters, as one number.
fn question(call: &Call<'_>) -> u64 {
    let filters = call.query.unwrap_or_default().split('&');
    let mut filters: Vec<_> =
        filters.filter(|pair| !pair.starts_with("cursor=") && !pair.starts_with("limit=")).collect();
    filters.sort_unstable();
    let ids = call.params.iter().map(|(_, value)| value.as_str());
    let parts: Vec<_> =
        [call.visit.account.id.as_str(), call.operation].into_iter().chain(ids).chain(filters).collect();
    fate(call.visit.ground.seed, &parts)
}

fn seal(question: u64, born: u64) -> String {
    format!("{question:016x}{:016x}", born ^ question)
}

fn open(question: u64, cursor: &str) -> Result<u64, Refusal> {
    let number = |text: Option<&str>| u64::from_str_radix(text?, 16).ok();
    let born = (cursor.len() == 32 && number(cursor.get(..16)) == Some(question))
        .then(|| number(cursor.get(16..)).map(|sealed| sealed ^ question));
    born.flatten()
        .ok_or_else(|| Refusal::unfit(vec!["parameter 'cursor' is not a cursor of this list".to_owned()]))
}
