//! Replies of list tools: a page of rows, summarised or full, and where the next page begins.

use runpod_api::{Listing, row};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::cursor::{self, Place};
use super::rows::{self, Rows};
use super::{MAX_BYTES, Reply, redact};
use crate::error::ToolError;
use crate::tool::{Cx, Detail, Page};

/// Rows shown when a call does not say.
const DEFAULT_LIMIT: u32 = 20;

/// Room kept for siblings, pagination and notes.
const OVERHEAD: usize = 4_000;

/// One call of a list tool.
#[derive(Debug)]
pub(crate) struct Sheet {
    tool: &'static str,
    limit: u32,
    place: Place,
    detail: Detail,
}

impl Sheet {
    /// Reads the paging arguments.
    ///
    /// # Errors
    /// `bad_argument` for a cursor of somebody else.
    pub(crate) fn new(tool: &'static str, cx: &Cx, page: &Page) -> Result<Self, ToolError> {
        Ok(Self {
            tool,
            limit: page.limit.unwrap_or(DEFAULT_LIMIT),
            place: cursor::decode(tool, page.cursor.as_deref())?,
            detail: page.detail.unwrap_or(cx.detail),
        })
    }

    /// Whether rows are summarised.
    pub(crate) fn is_summary(&self) -> bool {
        self.detail == Detail::Summary
    }

    /// What to ask a list operation that pages: rows per page, and the cursor.
    pub(crate) fn ask(&self) -> (Option<u32>, Option<String>) {
        (Some(self.limit), self.place.api.clone())
    }

    /// The reply for what one request returned. `S` is the summary of a row.
    ///
    /// # Errors
    /// `unexpected_answer` when a row is not what the summary requires.
    pub(crate) fn show<'a, S>(&self, listing: &'a Listing) -> Result<Reply, ToolError>
    where
        S: Deserialize<'a> + Serialize,
    {
        let rows: Vec<&str> = listing.rows().collect();
        let siblings = listing.siblings();
        let head =
            siblings.map(|(name, raw)| (name.to_owned(), serde_json::from_str(raw).unwrap_or_default()));
        let head = head.collect();
        // listPublicTemplates of the contract answers `pagination` and takes no limit: all rows come at once.
        let is_only_page = self.place.api.is_none() && listing.next_cursor().is_none();
        let is_all = is_only_page && rows.len() > self.limit as usize;
        match listing.is_paged() && !is_all {
            true => self.page_of_api::<S>(head, &rows, listing.next_cursor()),
            false => self.page_of_all::<S>(head, &rows),
        }
    }

    /// The reply for a list that is here as a whole: the API does not page it, or it was filtered here.
    ///
    /// # Errors
    /// As [`Sheet::show`].
    pub(crate) fn page_of_all<'a, S>(
        &self,
        head: Map<String, Value>,
        rows: &[&'a str],
    ) -> Result<Reply, ToolError>
    where
        S: Deserialize<'a> + Serialize,
    {
        self.is_place_of_all()?;
        let offset = self.place.skip.min(rows.len());
        let wanted = rows.iter().skip(offset).take(self.limit as usize);
        let (items, cut) = self.fit::<S>(wanted.copied())?;
        let end = offset + items.len();
        let next = (end < rows.len()).then(|| cursor::encode(self.tool, &Place { api: None, skip: end }));
        let pagination = json!({"total": rows.len(), "returned": items.len(), "offset": offset});
        Ok(self.reply(head, items, pagination, next, cut))
    }

    /// A cursor of the API's pages means nothing in a list that was filtered here.
    fn is_place_of_all(&self) -> Result<(), ToolError> {
        match &self.place.api {
            None => Ok(()),
            Some(_) => Err(cursor::of_another_call()),
        }
    }

    fn page_of_api<'a, S>(
        &self,
        head: Map<String, Value>,
        rows: &[&'a str],
        next: Option<&str>,
    ) -> Result<Reply, ToolError>
    where
        S: Deserialize<'a> + Serialize,
    {
        let (items, cut) = self.fit::<S>(rows.iter().skip(self.place.skip).copied())?;
        let seen = self.place.skip + items.len();
        let next = match next {
            _ if cut => Some(Place { api: self.place.api.clone(), skip: seen }),
            Some(api) => Some(Place { api: Some(api.to_owned()), skip: 0 }),
            None => None,
        };
        let next = next.map(|place| cursor::encode(self.tool, &place));
        let pagination = json!({"returned": items.len()});
        Ok(self.reply(head, items, pagination, next, cut))
    }

    /// As many rows as fit into a reply, and whether some did not.
    fn fit<'a, S>(&self, rows: impl Iterator<Item = &'a str>) -> Result<(Rows, bool), ToolError>
    where
        S: Deserialize<'a> + Serialize,
    {
        let mut items = Rows::default();
        for row in rows {
            let item = self.item::<S>(row).map_err(|e| self.odd(&e))?;
            if !items.push(&item, MAX_BYTES - OVERHEAD) {
                return Ok((items, true));
            }
        }
        Ok((items, false))
    }

    fn item<'a, S>(&self, row: &'a str) -> Result<String, serde_json::Error>
    where
        S: Deserialize<'a> + Serialize,
    {
        match self.detail {
            Detail::Summary => rows::summary(&row::read::<S>(row)?),
            Detail::Full => {
                let mut value = serde_json::from_str(row)?;
                redact::env(&mut value);
                rows::whole(&value)
            }
        }
    }

    fn odd(&self, why: &serde_json::Error) -> ToolError {
        ToolError::new("unexpected_answer", format!("a row of {} has an unexpected shape: {why}", self.tool))
    }

    /// The reply, with the rows under `items`.
    fn reply(
        &self,
        head: Map<String, Value>,
        items: Rows,
        mut pagination: Value,
        next: Option<String>,
        cut: bool,
    ) -> Reply {
        if let Some(fields) = pagination.as_object_mut() {
            fields.insert("truncated".into(), next.is_some().into());
            let shown = match fields.get("total") {
                Some(total) => format!("{} of {total} rows", items.len()),
                None => "there are more rows".to_owned(),
            };
            let why = if cut { ", cut to fit into one reply" } else { "" };
            let note = next.is_some().then(|| format!("{shown}{why}: pass nextCursor as `cursor`"));
            fields.insert("nextCursor".into(), next.into());
            fields.extend(note.map(|note| ("note".to_owned(), note.into())));
        }
        let mut head = Value::Object(head);
        redact::env(&mut head);
        Reply::from(head).with_items(items).with("pagination", pagination)
    }
}
