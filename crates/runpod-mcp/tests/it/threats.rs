//! Rows of the table of threats in SECURITY.md that are about no part of the house in particular. What begins with `tNN_`
//! is the row of that number; most rows are held where the part is that they are about.

mod answers;
mod gates;
mod outside;
mod words;
