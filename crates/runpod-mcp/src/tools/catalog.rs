//! Tools over the catalogue: GPU types, CPU types and data centers, with price and stock.

mod capacity;
mod cpus;
mod data_centers;
mod gpus;

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
