//! Under construction.

pub mod contract;
