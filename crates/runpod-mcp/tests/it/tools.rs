//! Stories of tools, group by group.

mod endpoints;
mod pods;
