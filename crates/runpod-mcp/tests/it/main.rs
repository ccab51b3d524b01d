//! One binary: gates over the tool surface, and stories of tools through the twin.
#![cfg(test)]

mod budget;
mod lint;
mod parity;
mod surface;
