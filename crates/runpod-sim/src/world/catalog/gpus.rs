//! The GPU types.
//!
//! Ids, memory and pools as the API listed them; prices (US dollars per GPU and hour) are illustrative: they
//! come from a public dump of mid-2025, and the real catalogue moves. Where a cloud does not have a type, the
//! real catalogue still shows a price for it, and so does this one.

use super::stock::Cuda;

/// A GPU type.
#[derive(Debug, PartialEq)]
pub(crate) struct Gpu {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// Gigabytes of the card.
    pub(crate) memory: u32,
    /// The pool by which endpoints ask for it; none means that Serverless does not have it.
    pub(crate) pool: Option<&'static str>,
    pub(crate) maker: Maker,
    /// The first CUDA version that drives it; none where there is no CUDA.
    pub(crate) cuda: Option<Cuda>,
    pub(crate) secure: Offer,
    pub(crate) community: Offer,
    /// US dollars per GPU and hour of a Serverless worker.
    pub(crate) serverless: Option<f64>,
    pub(crate) supply: Supply,
}

/// What one cloud has of a type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Offer {
    /// US dollars per GPU and hour; a placeholder when `most` is 0.
    pub(crate) price: f64,
    /// The most GPUs in one machine; 0 when this cloud does not have the type.
    pub(crate) most: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Maker {
    Nvidia,
    Amd,
    Unknown,
}

impl Maker {
    /// As the contract spells it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Maker::Nvidia => "NVIDIA",
            Maker::Amd => "AMD",
            Maker::Unknown => "UNKNOWN",
        }
    }
}

/// How much of a type there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Supply {
    /// At the large data centres there is always some.
    Plenty,
    /// Comes and goes everywhere.
    Scarce,
    /// Never any: the row that stands for what the API could not name.
    Never,
}

impl Gpu {
    /// Virtual CPUs that come with one of these.
    pub(crate) fn vcpus(&self) -> u32 {
        (self.memory / 6).clamp(4, 32)
    }

    /// Gigabytes of main memory that come with one of these.
    pub(crate) fn ram(&self) -> u32 {
        (self.memory * 3 / 2).clamp(24, 280)
    }

    /// Whether machines with this type can be joined to a cluster.
    pub(crate) fn clusters(&self) -> bool {
        self.maker == Maker::Nvidia && self.memory >= 80 && self.secure.most >= 8
    }

    /// Whether a host with this CUDA version can drive it.
    pub(crate) fn driven_by(&self, cuda: Cuda) -> bool {
        self.cuda.is_some_and(|first| cuda >= first)
    }
}

/// The GPU type of this id. The nameless row can be looked at but not rented.
pub(crate) fn gpu(id: &str) -> Option<&'static Gpu> {
    GPUS.iter().find(|gpu| gpu.id == id)
}

/// The types of one pool.
pub(crate) fn pool(name: &str) -> impl Iterator<Item = &'static Gpu> {
    GPUS.iter().filter(move |gpu| gpu.pool == Some(name))
}

use Supply::{Never, Plenty, Scarce};

/// The first CUDA version for the Blackwell generation.
const BLACKWELL: Option<Cuda> = Some((12, 8));

/// Every GPU type, cheapest cards first. The last row stands for machines that the catalogue cannot name.
pub(crate) static GPUS: &[Gpu] = &[
    row(("NVIDIA RTX A4000", "RTX A4000"), 16, "AMPERE_16", (0.24, 12), (0.17, 12), 0.576, Plenty),
    row(("NVIDIA RTX A4500", "RTX A4500"), 20, "AMPERE_16", (0.25, 4), (0.19, 4), 0.576, Plenty),
    row(
        ("NVIDIA RTX 4000 Ada Generation", "RTX 4000 Ada"),
        20,
        "AMPERE_16",
        (0.26, 8),
        (0.20, 8),
        0.576,
        Plenty,
    ),
    row(
        ("NVIDIA RTX 2000 Ada Generation", "RTX 2000 Ada"),
        16,
        "AMPERE_16",
        (0.23, 8),
        (0.50, 0),
        0.576,
        Plenty,
    ),
    row(("NVIDIA L4", "L4"), 24, "AMPERE_24", (0.43, 10), (0.44, 0), 0.684, Plenty),
    row(("NVIDIA RTX A5000", "RTX A5000"), 24, "AMPERE_24", (0.26, 10), (0.16, 10), 0.684, Plenty),
    row(("NVIDIA GeForce RTX 3090", "RTX 3090"), 24, "AMPERE_24", (0.46, 9), (0.22, 9), 0.684, Plenty),
    row(("NVIDIA GeForce RTX 4090", "RTX 4090"), 24, "ADA_24", (0.69, 9), (0.34, 9), 1.116, Plenty),
    Gpu {
        cuda: BLACKWELL,
        ..row(("NVIDIA GeForce RTX 5090", "RTX 5090"), 32, "ADA_32_PRO", (0.94, 8), (0.69, 8), 0.0, Scarce)
    },
    row(("NVIDIA A40", "A40"), 48, "AMPERE_48", (0.40, 10), (0.35, 0), 1.224, Plenty),
    row(("NVIDIA RTX A6000", "RTX A6000"), 48, "AMPERE_48", (0.49, 10), (0.33, 10), 1.224, Plenty),
    row(("NVIDIA L40", "L40"), 48, "ADA_48_PRO", (0.99, 10), (0.69, 10), 1.908, Plenty),
    row(("NVIDIA L40S", "L40S"), 48, "ADA_48_PRO", (0.86, 8), (0.79, 8), 1.908, Plenty),
    row(
        ("NVIDIA RTX 6000 Ada Generation", "RTX 6000 Ada"),
        48,
        "ADA_48_PRO",
        (0.77, 8),
        (0.74, 8),
        1.908,
        Plenty,
    ),
    row(("NVIDIA A100 80GB PCIe", "A100 PCIe"), 80, "AMPERE_80", (1.64, 8), (1.19, 8), 2.736, Plenty),
    row(("NVIDIA A100-SXM4-80GB", "A100 SXM"), 80, "AMPERE_80", (1.74, 8), (1.39, 8), 2.736, Plenty),
    row(("NVIDIA H100 80GB HBM3", "H100 SXM"), 80, "ADA_80_PRO", (2.99, 8), (2.69, 8), 4.176, Plenty),
    row(("NVIDIA H100 NVL", "H100 NVL"), 94, "ADA_80_PRO", (2.79, 10), (2.59, 10), 4.176, Scarce),
    row(("NVIDIA H100 PCIe", "H100 PCIe"), 80, "ADA_80_PRO", (2.19, 8), (1.99, 8), 4.176, Plenty),
    Gpu {
        cuda: BLACKWELL,
        ..row(
            ("NVIDIA RTX PRO 6000 Blackwell Workstation Edition", "RTX PRO 6000 WK"),
            96,
            "BLACKWELL_96",
            (1.79, 4),
            (0.50, 0),
            3.996,
            Plenty,
        )
    },
    row(("NVIDIA H200", "H200 SXM"), 141, "HOPPER_141", (3.99, 8), (3.59, 8), 5.58, Scarce),
    Gpu {
        cuda: BLACKWELL,
        ..row(("NVIDIA B200", "B200"), 180, "BLACKWELL_180", (6.39, 8), (0.50, 0), 8.64, Scarce)
    },
    Gpu {
        maker: Maker::Amd,
        cuda: None,
        ..row(("AMD Instinct MI300X OAM", "MI300X"), 192, "", (2.49, 8), (0.50, 0), 0.0, Scarce)
    },
    row(("NVIDIA GeForce RTX 3080", "RTX 3080"), 10, "", (0.50, 0), (0.17, 2), 0.0, Scarce),
    Gpu { maker: Maker::Unknown, ..row(("unknown", "unknown"), 0, "", (0.0, 0), (0.0, 0), 0.0, Never) },
];

/// A row of the table: id and name, memory, pool, secure and community (price, most), Serverless price, supply.
/// An empty pool and a price of nothing mean that there is none.
const fn row(
    (id, name): (&'static str, &'static str),
    memory: u32,
    pool: &'static str,
    (secure, secure_most): (f64, u32),
    (community, community_most): (f64, u32),
    serverless: f64,
    supply: Supply,
) -> Gpu {
    Gpu {
        id,
        name,
        memory,
        pool: if pool.is_empty() { None } else { Some(pool) },
        maker: Maker::Nvidia,
        cuda: Some((11, 8)),
        secure: Offer { price: secure, most: secure_most },
        community: Offer { price: community, most: community_most },
        serverless: if serverless > 0.0 { Some(serverless) } else { None },
        supply,
    }
}
