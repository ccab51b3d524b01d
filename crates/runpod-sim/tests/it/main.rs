//! Laws of the twin and of the contract it learns from.

#[cfg(test)]
mod contract;
