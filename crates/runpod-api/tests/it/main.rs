//! The client, tested from outside: what it sends, and what it makes of the answers of the twin.
#![cfg(test)]

mod ask;
mod golden;
mod input;
mod recorder;
