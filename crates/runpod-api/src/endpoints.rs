//! Serverless endpoints: workers that scale with a queue or with requests.

mod input;
mod v2;
mod view;

pub use input::{Compute, Cpu, Create, Flashboot, Gpu, GpuChange, Kind, Scaling, Update, Workers};
pub use view::{Build, Endpoint, GpuView, Release, ScalingView, Worker, WorkersView};

use crate::client::Outcome;
use crate::id::Id;
use crate::listing::Listing;
use crate::mapped::Mapped;
use crate::query::Page;
use crate::wire::{Request, Wire};

/// Calls on Serverless endpoints and on what belongs to them: workers, releases, builds.
#[derive(Clone, Copy, Debug)]
pub struct Endpoints<'a>(pub(crate) &'a Wire);

impl Endpoints<'_> {
    /// One page of endpoints, newest first (operation `listEndpoints`; rows read as [`Endpoint`]).
    ///
    /// # Errors
    /// See [`crate::Error`]; 422 for a cursor that is not of this list.
    pub async fn list(&self, page: &Page) -> Outcome<Listing> {
        let answer = self.0.send(&v2::LIST, Request::query(v2::page_query(page)?)).await?;
        Listing::read(&answer, "endpoints")
    }

    /// One endpoint (operation `getEndpoint`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn get(&self, id: &Id) -> Outcome<Mapped<Endpoint>> {
        Mapped::read(&self.0.send(&v2::GET, Request::to(&[id.into()])).await?)
    }

    /// Creates an endpoint (operation `createEndpoint`). Not repeated on failure: workers may already be starting.
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn create(&self, new: &Create) -> Outcome<Mapped<Endpoint>> {
        let body = v2::EndpointCreate::try_from(new)?;
        Mapped::read(&self.0.send(&v2::CREATE, Request::body(&[], &body)).await?)
    }

    /// Changes an endpoint (operation `updateEndpoint`).
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Argument`] when nothing would change.
    pub async fn update(&self, id: &Id, change: &Update) -> Outcome<Mapped<Endpoint>> {
        let body = v2::EndpointUpdate::try_from(change)?;
        Mapped::read(&self.0.send(&v2::UPDATE, Request::body(&[id.into()], &body)).await?)
    }

    /// Deletes an endpoint with its workers, jobs and bound template (operation `deleteEndpoint`).
    ///
    /// # Errors
    /// See [`crate::Error`]; 404 when there is none.
    pub async fn delete(&self, id: &Id) -> Outcome<()> {
        self.0.send(&v2::DELETE, Request::to(&[id.into()])).await.map(drop)
    }

    /// The active workers, all at once (operation `listEndpointWorkers`; rows read as [`Worker`], `summary` and
    /// `endpointVersion` are siblings). A container that crashes over and over may stay `RUNNING` or `THROTTLED`
    /// (observed 2026-08): the logs tell.
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn workers(&self, id: &Id) -> Outcome<Listing> {
        Listing::read(&self.0.send(&v2::WORKERS, Request::to(&[id.into()])).await?, "workers")
    }

    /// One page of releases, newest first (operation `listEndpointReleases`; rows read as [`Release`], `rollout` and
    /// `endpointVersion` are siblings).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn releases(&self, id: &Id, page: &Page) -> Outcome<Listing> {
        let request = Request { parts: &[id.into()], query: v2::page_query(page)?, body: None::<&()> };
        Listing::read(&self.0.send(&v2::RELEASES, request).await?, "releases")
    }

    /// One page of builds, newest first, at most 100 (operation `listEndpointBuilds`; rows read as [`Build`]).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn builds(&self, id: &Id, page: &Page) -> Outcome<Listing> {
        let request = Request { parts: &[id.into()], query: v2::builds_query(page)?, body: None::<&()> };
        Listing::read(&self.0.send(&v2::BUILDS, request).await?, "builds")
    }

    /// One build (operation `getEndpointBuild`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn build(&self, id: &Id, build_id: &Id) -> Outcome<Mapped<Build>> {
        Mapped::read(&self.0.send(&v2::BUILD, Request::to(&[id.into(), build_id.into()])).await?)
    }
}
