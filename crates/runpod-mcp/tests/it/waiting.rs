//! Calls that take their time: what they tell meanwhile, and how they end.

mod crowd;
mod endpoints;
mod leaving;
mod pods;
mod progress;
mod tasks;
