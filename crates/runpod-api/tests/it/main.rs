//! The client, tested from outside: what it sends, and what it makes of the answers it gets.
#![cfg(test)]

mod ask;
mod caller;
mod cancel;
mod golden;
mod hand;
mod input;
mod key;
mod law;
mod proxy;
mod recorder;
mod retry;
mod stub;
mod tls;
mod wire;
