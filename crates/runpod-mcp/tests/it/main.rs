//! One binary: gates over the tool surface, and stories of tools through the twin.
#![cfg(test)]

mod budget;
mod lint;
mod parity;
mod rig;
mod session;
mod stdio;
mod surface;
