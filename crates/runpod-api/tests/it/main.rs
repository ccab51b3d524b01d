//! The client, tested from outside: what it sends, and what it makes of the answers it gets.
#![cfg(test)]

mod account;
mod ask;
mod billing;
mod caller;
mod cancel;
mod catalog;
mod clusters;
mod desk;
mod endpoints;
mod exchange;
mod flash;
mod golden;
mod graphql;
mod hand;
mod input;
mod jobs;
mod key;
mod law;
mod logs;
mod older;
mod pods;
mod proxy;
mod recorder;
mod registries;
mod retry;
mod stranger;
mod stub;
mod templates;
mod tls;
mod twin;
mod v1;
mod versions;
mod views;
mod volumes;
mod wire;
