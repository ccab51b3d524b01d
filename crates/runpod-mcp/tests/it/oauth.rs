//! Signing in, through the router and a twin whose clock stands still. What begins with `tNN_` is a row of the table of
//! threats.

mod cimd;
mod compatible;
mod consent;
mod desk;
mod limits;
mod logs;
mod redirects;
mod sealed;
mod trouble;
