//! Stories about the twin, and laws of the twin and of the contract it learns from.

#[cfg(test)]
mod account;
#[cfg(test)]
mod billing;
#[cfg(test)]
mod catalog;
#[cfg(test)]
mod clusters;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod door;
#[cfg(test)]
mod endpoints;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod flash;
#[cfg(test)]
mod graphql;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod law;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod pods;
#[cfg(test)]
mod registries;
#[cfg(test)]
mod seeds;
#[cfg(test)]
mod templates;
#[cfg(test)]
mod v1;
#[cfg(test)]
mod volumes;
#[cfg(test)]
mod worker_bills;
#[cfg(test)]
mod workers;
