//! Tools over the catalogue: GPU types, CPU types and data centers, with price and stock.

mod capacity;
mod cpus;
mod data_centers;
mod gpus;

use runpod_api::Error;

use crate::error::ToolError;
use crate::tool::Tool;

pub(super) static TOOLS: [Tool; 7] = [
    Tool::of::<gpus::ListGpuTypes>(),
    Tool::of::<gpus::GetGpuType>(),
    Tool::of::<cpus::ListCpuTypes>(),
    Tool::of::<cpus::GetCpuType>(),
    Tool::of::<data_centers::ListDataCenters>(),
    Tool::of::<data_centers::GetDataCenter>(),
    Tool::of::<capacity::GetCapacity>(),
];

/// The error of a list that GraphQL may have been asked for, without a key.
fn refused(error: Error) -> ToolError {
    match &error {
        Error::Refused { operation, .. } if operation.starts_with("graphql:") => ToolError::keyless(error),
        _ => error.into(),
    }
}
