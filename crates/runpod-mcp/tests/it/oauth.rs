//! Signing in, through the router and a twin whose clock stands still. What begins with `tNN_` is a row of the table of
//! threats.

mod compatible;
mod desk;
mod redirects;
mod trouble;
