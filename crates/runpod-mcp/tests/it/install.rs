//! The installer: its editor by cases and laws, its clients on three systems, its commands by the real binary.

mod cases;
mod clients;
mod commands;
mod laws;
mod shared;
