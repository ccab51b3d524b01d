//! Stories of tools, group by group.

mod account;
mod catalog;
mod clusters;
mod endpoints;
mod money;
mod pods;
mod storage;
mod templates;
