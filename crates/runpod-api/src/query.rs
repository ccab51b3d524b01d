//! Query parameters: pages, and lists joined by commas.
//!
//! REST v2 declares its array parameters `style: form, explode: false`: one value, joined by commas. A repeated
//! key is refused ("is not exploded, but is specified multiple times"). REST v1 reads repeated keys instead.

use crate::check;
use crate::client::Outcome;
use crate::word::Word;

/// Parameters in the order they were set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs(Vec<(&'static str, String)>);

impl Pairs {
    pub(crate) fn set(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.0.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// `name=true`, or nothing: false is the default of every flag that is set this way.
    pub(crate) fn flag(self, name: &'static str, on: bool) -> Self {
        self.set(name, on.then_some("true"))
    }

    /// One value joined by commas; nothing for an empty list.
    pub(crate) fn list(self, name: &'static str, values: &[impl AsRef<str>]) -> Self {
        let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
        self.set(name, (!values.is_empty()).then(|| values.join(",")))
    }

    /// One value each, under the same name: how REST v1 reads its lists.
    pub(crate) fn each(mut self, name: &'static str, values: &[impl AsRef<str>]) -> Self {
        self.0.extend(values.iter().map(|value| (name, value.as_ref().to_owned())));
        self
    }

    pub(crate) fn words<W: Word>(self, name: &'static str, words: &[W]) -> Self {
        let words: Vec<&str> = words.iter().map(|word| word.as_str()).collect();
        self.list(name, &words)
    }

    /// The parameters of a page; `most` is the largest page of the operation.
    pub(crate) fn page(self, page: &Page, most: u32) -> Outcome<Self> {
        let Page { limit, cursor } = page;
        check::within("limit", *limit, 1..=most)?;
        cursor.as_deref().map_or(Ok(()), |cursor| check::filled("cursor", cursor))?;
        Ok(self.set("limit", *limit).set("cursor", cursor.as_deref()))
    }

    pub(crate) fn into_vec(self) -> Vec<(&'static str, String)> {
        self.0
    }
}

/// Which part of a long list to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Rows per page, from 1. REST v1 does not page and sends everything; see [`crate::Listing::is_paged`]. REST v2 takes up to 1000 (Pods, endpoints, templates, releases) or 100 (builds),
    /// and sends that many when nothing is said.
    pub limit: Option<u32>,
    /// Opaque cursor of the page, from [`crate::Listing::next_cursor`]. It belongs to one operation and its
    /// parameters; another one answers 422.
    pub cursor: Option<String>,
}

impl Page {
    /// A list that comes as a whole: there is nothing a limit could be sent with, so whoever asked cuts it, and no
    /// cursor belongs to it.
    pub(crate) fn whole(&self) -> Outcome<()> {
        check::within("limit", self.limit, 1..=LARGE)?;
        match &self.cursor {
            None => Ok(()),
            Some(_) => check::refuse("cursor", "belongs to a list in pages; REST v1 sends lists as a whole"),
        }
    }
}

/// Largest page of Pods, endpoints, templates and releases.
pub(crate) const LARGE: u32 = 1000;
/// Largest page of builds.
pub(crate) const SMALL: u32 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_one_value() {
        let pairs =
            Pairs::default().list("a", &["x", "y"]).list("b", &[""; 0]).flag("c", false).flag("d", true);
        assert_eq!(pairs.into_vec(), [("a", "x,y".to_owned()), ("d", "true".to_owned())]);
    }

    #[test]
    fn a_page_has_bounds() {
        let page = |limit, cursor: Option<&str>| Page { limit, cursor: cursor.map(str::to_owned) };
        let read = |page| Pairs::default().page(&page, SMALL).map(Pairs::into_vec);
        assert!(read(page(Some(0), None)).is_err() && read(page(Some(101), None)).is_err());
        assert!(read(page(None, Some(""))).is_err());
        let both = read(page(Some(100), Some("c"))).expect("inside the bounds");
        assert_eq!(both, [("limit", "100".to_owned()), ("cursor", "c".to_owned())]);
    }
}
