//! REST v2: which operation is answered by which function.
//!
//! A handler reads the request, asks the world and spells the answer; no rule is decided here. The door has
//! already checked key and contract when a handler is called.

mod account;
mod billing;
mod catalog;
mod clusters;
mod container;
mod endpoints;
mod logs;
mod pods;
mod registries;
mod templates;
mod volumes;

use std::collections::HashMap;
use std::sync::LazyLock;

pub(crate) use crate::call::{Call, Handler, Routes};
pub(crate) use logs::Tail;

static HANDLERS: LazyLock<HashMap<&'static str, Handler>> =
    LazyLock::new(|| ROUTES.iter().copied().flatten().copied().collect());

static ROUTES: &[Routes] = &[
    account::ROUTES,
    billing::ROUTES,
    catalog::ROUTES,
    clusters::ROUTES,
    endpoints::ROUTES,
    logs::ROUTES,
    pods::ROUTES,
    registries::ROUTES,
    templates::ROUTES,
    volumes::ROUTES,
];

/// The function that answers this operation.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    HANDLERS.get(operation).copied()
}
