//! The catalogue: GPUs, CPUs and data centres, with prices and, when asked, stock. REST v1 has none; GraphQL stands in
//! for its lists of GPU types and data centres.

mod query;
mod v1;
mod v2;
mod view;

pub use query::{Compliance, CpuQuery, DataCenterQuery, GpuQuery, Product, Region, Stock};
pub use view::{CpuPrice, CpuType, DataCenter, GpuPrice, GpuType, MaxCount, Place, VcpuRange};

use crate::client::Outcome;
use crate::id::Id;
use crate::listing::Listing;
use crate::mapped::Mapped;
use crate::op::Part;
use crate::version::{Resource, Version};
use crate::wire::{Request, Wire};

/// Calls on the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Catalog<'a>(pub(crate) &'a Wire);

impl Catalog<'_> {
    /// All GPU types (operation `listGpuTypes`, under REST v1 the public `gpuTypes` of GraphQL; rows read as
    /// [`GpuType`]). The list may hold a row with the id `unknown`, which is no GPU (observed 2026-08).
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Argument`] for a stock filter without `availability`, and
    /// [`crate::Error::Unmappable`] for one that only REST v2 has.
    pub async fn gpus(&self, query: &GpuQuery) -> Outcome<Listing> {
        if self.0.version(Resource::Gpus).await == Version::V1 {
            return v1::gpus(self.0, query).await;
        }
        let answer = self.0.send(&v2::GPUS, Request::query(v2::gpu_query(query)?)).await?;
        Listing::read(answer, "gpus")
    }

    /// One GPU type by its id, which is free text such as `NVIDIA GeForce RTX 4090` (operation `getGpuType`).
    ///
    /// # Errors
    /// See [`Catalog::gpus`].
    pub async fn gpu(&self, id: &str, query: &GpuQuery) -> Outcome<Mapped<GpuType>> {
        self.0.only_v2(Resource::Gpus, "one GPU type", Some("look for it among all GPU types")).await?;
        let parts = [Part::Free("gpuTypeId", id)];
        let request = Request { parts: &parts, query: v2::gpu_query(query)?, body: None::<&()> };
        Mapped::read(&self.0.send(&v2::GPU, request).await?)
    }

    /// All CPU flavours (operation `listCpuTypes`; rows read as [`CpuType`]).
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Argument`] for a vCPU count without `availability`.
    pub async fn cpus(&self, query: &CpuQuery) -> Outcome<Listing> {
        self.0.only_v2(Resource::Cpus, "the list of CPU flavours", None).await?;
        let answer = self.0.send(&v2::CPUS, Request::query(v2::cpu_query(query)?)).await?;
        Listing::read(answer, "cpus")
    }

    /// One CPU flavour (operation `getCpuType`).
    ///
    /// # Errors
    /// See [`Catalog::cpus`].
    pub async fn cpu(&self, id: &Id, query: &CpuQuery) -> Outcome<Mapped<CpuType>> {
        self.0.only_v2(Resource::Cpus, "one CPU flavour", None).await?;
        let request = Request { parts: &[id.into()], query: v2::cpu_query(query)?, body: None::<&()> };
        Mapped::read(&self.0.send(&v2::CPU, request).await?)
    }

    /// Data centres that meet all families of filters (operation `listDataCenters`, under REST v1 the public
    /// `dataCenters` of GraphQL; rows read as [`DataCenter`]).
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Unmappable`] for a filter under REST v1.
    pub async fn data_centers(&self, query: &DataCenterQuery) -> Outcome<Listing> {
        if self.0.version(Resource::DataCenters).await == Version::V1 {
            return v1::data_centers(self.0, query).await;
        }
        let answer = self.0.send(&v2::DATA_CENTERS, Request::query(v2::data_center_query(query))).await?;
        Listing::read(answer, "dataCenters")
    }

    /// One data centre (operation `getDataCenter`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn data_center(&self, id: &Id, stock: Stock) -> Outcome<Mapped<DataCenter>> {
        self.0
            .only_v2(Resource::DataCenters, "one data centre", Some("look for it among all data centres"))
            .await?;
        let request = Request { parts: &[id.into()], query: v2::stock_query(stock), body: None::<&()> };
        Mapped::read(&self.0.send(&v2::DATA_CENTER, request).await?)
    }
}
