//! Serverless endpoints: workers that scale with a queue or with requests.

mod input;
mod saved;
mod v1;
mod v2;
mod view;

pub use input::{Compute, Cpu, Create, Flashboot, Gpu, GpuChange, Kind, Scaling, Update, Workers};
pub use saved::Saved;
pub use view::{Build, CpuView, Endpoint, GpuView, Release, ScalingView, Worker, WorkersView};

use std::time::Duration;

use crate::client::Outcome;
use crate::error::Error;
use crate::id::Id;
use crate::listing::Listing;
use crate::logs::{self, Log};
use crate::mapped::Mapped;
use crate::query::Page;
use crate::templates;
use crate::version::{Resource, Version};
use crate::wire::{Request, Wire};

/// Which endpoints to list, and with what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Part of the list, newest first.
    pub page: Page,
    /// With more of what belongs to them; REST v1 only.
    pub include: Include,
}

impl From<&Page> for Query {
    fn from(page: &Page) -> Self {
        Self { page: page.clone(), include: Include::default() }
    }
}

impl From<&Query> for Query {
    fn from(query: &Query) -> Self {
        query.clone()
    }
}

/// What REST v1 shows of an endpoint beside itself. REST v2 shows the settings of the template always, and has workers
/// in [`Endpoints::workers`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Include {
    /// The template it was made from.
    pub template: bool,
    /// Its workers.
    pub workers: bool,
}

/// A worker of an endpoint.
#[derive(Clone, Copy, Debug)]
pub struct WorkerOf<'a> {
    /// Whose.
    pub endpoint: &'a Id,
    /// Which.
    pub worker: &'a Id,
}

/// Calls on Serverless endpoints and on what belongs to them: workers, releases, builds.
#[derive(Clone, Copy, Debug)]
pub struct Endpoints<'a>(pub(crate) &'a Wire);

impl Endpoints<'_> {
    /// One page of endpoints, newest first (operation `listEndpoints`; rows read as [`Endpoint`]). REST v1 does not page:
    /// it sends all.
    ///
    /// # Errors
    /// See [`crate::Error`]; 422 for a cursor that is not of this list.
    pub async fn list(&self, query: impl Into<Query>) -> Outcome<Listing> {
        let query = query.into();
        match self.version().await {
            Version::V1 => {
                let request = Request::query(v1::list_query(&query)?);
                Listing::read_bare(self.0.send(&v1::LIST, request).await?)
            }
            Version::V2 => {
                let request = Request::query(v2::list_query(&query)?);
                Listing::read(self.0.send(&v2::LIST, request).await?, "endpoints")
            }
        }
    }

    /// One endpoint (operation `getEndpoint`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn get(&self, id: &Id) -> Outcome<Mapped<Endpoint>> {
        self.get_with(id, Include::default()).await
    }

    /// One endpoint, with more of what belongs to it (operation `getEndpoint`).
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Unmappable`] on REST v2.
    pub async fn get_with(&self, id: &Id, include: Include) -> Outcome<Mapped<Endpoint>> {
        let (op, query) = match self.version().await {
            Version::V1 => (&v1::GET, v1::get_query(include)),
            Version::V2 => (&v2::GET, v2::get_query(include)?),
        };
        let request = Request { parts: &[id.into()], query, body: None::<&()> };
        Mapped::read(&self.0.send(op, request).await?)
    }

    /// Creates an endpoint (operation `createEndpoint`). Not repeated on failure: workers may already be starting.
    ///
    /// For a v2 host that does not know `templateId` yet the template is read and copied into the request, with a note.
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Argument`] on REST v1 without a template.
    pub async fn create(&self, new: &Create) -> Outcome<Mapped<Endpoint>> {
        if self.version().await == Version::V1 {
            let body = v1::EndpointCreate::try_from(new)?;
            return Mapped::read(&self.0.send(&v1::CREATE, Request::body(&[], &body)).await?);
        }
        match self.create_on_v2(new).await {
            Err(refused) => self.create_spread(new, refused).await,
            made => made,
        }
    }

    async fn create_on_v2(&self, new: &Create) -> Outcome<Mapped<Endpoint>> {
        let body = v2::EndpointCreate::try_from(new)?;
        Mapped::read(&self.0.send(&v2::CREATE, Request::body(&[], &body)).await?)
    }

    /// An endpoint with the settings of the template in its own body. It was refused before anything was made.
    async fn create_spread(&self, new: &Create, refused: Error) -> Outcome<Mapped<Endpoint>> {
        let template = templates::instead_of_id(self.0, new.template_id.as_deref(), refused).await?;
        let container = template.settings.under(&new.container);
        let spread = Create { container, template_id: None, ..new.clone() };
        Ok(self.create_on_v2(&spread).await?.with_notes([template.note]))
    }

    /// Changes an endpoint (operation `updateEndpoint`).
    ///
    /// For a v2 host that does not know `templateId` yet the template is read and copied into the request, with a note.
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Argument`] when nothing would change.
    pub async fn update(&self, id: &Id, change: &Update) -> Outcome<Mapped<Endpoint>> {
        if self.version().await == Version::V1 {
            let body = v1::EndpointUpdate::try_from(change)?;
            return Mapped::read(&self.0.send(&v1::UPDATE, Request::body(&[id.into()], &body)).await?);
        }
        match self.update_on_v2(id, change).await {
            Err(refused) => self.update_spread(id, change, refused).await,
            changed => changed,
        }
    }

    async fn update_on_v2(&self, id: &Id, change: &Update) -> Outcome<Mapped<Endpoint>> {
        let body = v2::EndpointUpdate::try_from(change)?;
        Mapped::read(&self.0.send(&v2::UPDATE, Request::body(&[id.into()], &body)).await?)
    }

    /// A change with the settings of the template in its own body. It was refused before anything changed.
    async fn update_spread(&self, id: &Id, change: &Update, refused: Error) -> Outcome<Mapped<Endpoint>> {
        let template = templates::instead_of_id(self.0, change.template_id.as_deref(), refused).await?;
        let container = template.settings.under(&change.container);
        let spread = Update { container, template_id: None, ..change.clone() };
        Ok(self.update_on_v2(id, &spread).await?.with_notes([template.note]))
    }

    /// Deletes an endpoint with its workers, jobs and bound template (operation `deleteEndpoint`).
    ///
    /// # Errors
    /// See [`crate::Error`]; 404 when there is none.
    pub async fn delete(&self, id: &Id) -> Outcome<()> {
        let op = self.0.either(Resource::Endpoints, &v1::DELETE, &v2::DELETE).await;
        self.0.send(op, Request::to(&[id.into()])).await.map(drop)
    }

    /// The active workers, all at once (operation `listEndpointWorkers`; rows read as [`Worker`], `summary` and
    /// `endpointVersion` are siblings). A container that crashes over and over may stay `RUNNING` or `THROTTLED`
    /// (observed 2026-08): the logs tell.
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn workers(&self, id: &Id) -> Outcome<Listing> {
        self.0
            .only_v2(Resource::Workers, "the list of workers", Some("read the endpoint with its workers"))
            .await?;
        Listing::read(self.0.send(&v2::WORKERS, Request::to(&[id.into()])).await?, "workers")
    }

    /// One page of releases, newest first (operation `listEndpointReleases`; rows read as [`Release`], `rollout` and
    /// `endpointVersion` are siblings).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn releases(&self, id: &Id, page: &Page) -> Outcome<Listing> {
        self.0.only_v2(Resource::Endpoints, "the list of releases", None).await?;
        let request = Request { parts: &[id.into()], query: v2::page_query(page)?, body: None::<&()> };
        Listing::read(self.0.send(&v2::RELEASES, request).await?, "releases")
    }

    /// One page of builds, newest first, at most 100 (operation `listEndpointBuilds`; rows read as [`Build`]).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn builds(&self, id: &Id, page: &Page) -> Outcome<Listing> {
        self.0.only_v2(Resource::Endpoints, "the list of builds", None).await?;
        let request = Request { parts: &[id.into()], query: v2::builds_query(page)?, body: None::<&()> };
        Listing::read(self.0.send(&v2::BUILDS, request).await?, "builds")
    }

    /// One build (operation `getEndpointBuild`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn build(&self, id: &Id, build_id: &Id) -> Outcome<Mapped<Build>> {
        self.0.only_v2(Resource::Endpoints, "a build", None).await?;
        Mapped::read(&self.0.send(&v2::BUILD, Request::to(&[id.into(), build_id.into()])).await?)
    }

    /// The log of a worker, to be read for at most this long (operation `getWorkerLogs`). The place to see a container
    /// that crashes over and over.
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Timeout`] when the host sends no head in that time, 404 when there is no
    /// such worker or not any more, [`crate::Error::WrongVersion`] on REST v1.
    pub async fn worker_logs(
        &self,
        worker: WorkerOf<'_>,
        query: &logs::Query,
        time: Duration,
    ) -> Outcome<Log> {
        self.0.only_v2(Resource::Workers, "the log of a worker", None).await?;
        let parts = [worker.endpoint.into(), worker.worker.into()];
        Log::open(self.0, &logs::WORKER, &parts, (query, time)).await
    }

    async fn version(&self) -> Version {
        self.0.version(Resource::Endpoints).await
    }
}
