//! A stateful imitation of Runpod in memory, for tests and for trying things out.
//!
//! It learns the API from the contract that it carries and from observed behaviour, never from a client, so
//! that a client's mistake is not repeated on this side. It has a clock that tests move, a journal of what it
//! was asked, trouble on demand, and worlds to start from. It keeps nothing and reaches nobody.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! use runpod_sim::{Action, Match, Pace, Seed, Sim};
//!
//! let sim = Sim::builder().seed(Seed::Empty).clock(Pace::Manual).start().await?;
//! sim.faults().add(Match::operation("listPods").times(1).then(Action::status(503)));
//! sim.clock().advance(std::time::Duration::from_secs(60));
//! // Point a client at `sim.rest_v2_url()` with `sim.key()`, then ask what it sent:
//! assert_eq!(sim.journal().count("listPods"), 0);
//! # Ok(())
//! # }
//! ```

mod answer;
mod call;
mod clock;
mod console;
mod control;
mod dialect;
mod door;
mod faults;
mod graphql;
mod ids;
mod journal;
mod json;
mod listen;
mod pages;
mod rates;
mod refusal;
mod rest_v1;
mod rest_v2;
mod runtime;
mod seed;
mod settings;
mod sim;
mod twin;
mod world;

pub mod contract;

pub use clock::{Clock, Pace, Time};
pub use faults::{Action, At, Fault, Faults, Match, Scenario, ScenarioError, Span, Status};
pub use graphql::operations as graphql_operations;
pub use journal::{Entry, Journal};
pub use seed::{DEMO_KEY, Seed};
pub use settings::{Settings, Without};
pub use sim::{Builder, Sim};
pub use twin::Twin;
