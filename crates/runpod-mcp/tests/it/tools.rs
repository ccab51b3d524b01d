//! Stories of tools, group by group.

mod account;
mod batch;
mod capacity;
mod catalog;
mod clusters;
mod endpoints;
mod hub;
mod jobs;
mod logs;
mod money;
mod pods;
mod storage;
mod templates;
