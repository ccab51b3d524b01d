//! Calls that take their time: what they tell meanwhile, and how they end.

mod pods;
mod progress;
