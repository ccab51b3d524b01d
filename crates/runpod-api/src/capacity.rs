//! Stock and price of GPU types, by CUDA version of the hosts. Public: no key is sent.

use serde::{Deserialize, Serialize};

use crate::check;
use crate::client::Outcome;
use crate::graphql::{CAPACITY, PROBE};
use crate::listing::Listing;
use crate::view::lenient;
use crate::wire::Wire;

/// Questions about stock.
#[derive(Clone, Copy, Debug)]
pub struct Capacity<'a>(pub(crate) &'a Wire);

/// What machine is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// GPUs in the machine, 1 to 8.
    pub gpu_count: u32,
    /// Only the Secure Cloud, rather than either.
    pub secure_only: bool,
}

impl Default for Question {
    /// One GPU, wherever it is.
    fn default() -> Self {
        Self { gpu_count: 1, secure_only: false }
    }
}

/// A GPU type with its stock. Only `id` is required of an answer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GpuStock {
    /// GPU type id; `unknown` stands for no GPU (observed 2026-08).
    pub id: String,
    /// Short name.
    #[serde(default, deserialize_with = "lenient")]
    pub display_name: String,
    /// Memory of one GPU, GB.
    #[serde(default, deserialize_with = "lenient")]
    pub memory_in_gb: f64,
    /// Offered in Secure Cloud.
    #[serde(default, deserialize_with = "lenient")]
    pub secure_cloud: bool,
    /// Offered in Community Cloud.
    #[serde(default, deserialize_with = "lenient")]
    pub community_cloud: bool,
    /// The best offer for the question.
    #[serde(default, deserialize_with = "lenient")]
    pub lowest_price: LowestPrice,
}

/// The best offer of a GPU type for a question.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LowestPrice {
    /// `High`, `Medium`, `Low`; `Out`, `None` or nothing for no stock.
    #[serde(default)]
    pub stock_status: Option<String>,
    /// USD per hour.
    #[serde(default)]
    pub uninterruptable_price: Option<f64>,
    /// CUDA versions of the hosts; not every type has any.
    #[serde(default, deserialize_with = "lenient")]
    pub gpu_type_cuda_versions: Vec<CudaStock>,
}

/// Whether hosts with a CUDA version are free.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CudaStock {
    /// `12.8`.
    pub cuda_version: String,
    /// `AVAILABLE` or `UNAVAILABLE`.
    #[serde(default, deserialize_with = "lenient")]
    pub availability: String,
}

/// What a document about stock is asked with.
#[derive(Debug, Serialize)]
pub(crate) struct Variables<'a> {
    pub(crate) input: PriceInput<'a>,
}

/// `GpuLowestPriceInput`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PriceInput<'a> {
    pub(crate) gpu_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secure_cloud: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) allowed_cuda_versions: Vec<&'a str>,
}

impl Capacity<'_> {
    /// Every GPU type with its stock and, by CUDA version, whether hosts are free (`gpuTypes`; rows read as
    /// [`GpuStock`]).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn matrix(&self, question: &Question) -> Outcome<Listing> {
        let variables = Variables { input: question.input(None)? };
        Listing::read(CAPACITY.ask(self.0, &variables).await?, "gpuTypes")
    }

    /// Every GPU type with its stock on hosts that run this CUDA version, `12.8` (`gpuTypes`; rows read as
    /// [`GpuStock`], without CUDA versions).
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Argument`] for what is no CUDA version.
    pub async fn with_cuda(&self, question: &Question, version: &str) -> Outcome<Listing> {
        check::cuda("cudaVersions", version)?;
        let variables = Variables { input: question.input(Some(version))? };
        Listing::read(PROBE.ask(self.0, &variables).await?, "gpuTypes")
    }
}

impl Question {
    fn input(self, cuda: Option<&str>) -> Outcome<PriceInput<'_>> {
        check::within("gpuCount", Some(self.gpu_count), 1..=8)?;
        Ok(PriceInput {
            gpu_count: self.gpu_count,
            secure_cloud: self.secure_only.then_some(true),
            allowed_cuda_versions: cuda.into_iter().collect(),
        })
    }
}
