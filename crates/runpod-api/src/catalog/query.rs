//! What is asked of the catalogue, and what is no question whoever is asked.

use crate::check;
use crate::client::Outcome;
use crate::word::{Cloud, Tier, Word};

/// What the stock is wanted for; it differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// Pods.
    Pod,
    /// Instant Clusters; GPUs only.
    Cluster,
    /// Serverless workers.
    Serverless,
}

impl Word for Product {
    const ALL: &'static [Self] = &[Self::Pod, Self::Cluster, Self::Serverless];

    fn as_str(self) -> &'static str {
        match self {
            Self::Pod => "POD",
            Self::Cluster => "CLUSTER",
            Self::Serverless => "SERVERLESS",
        }
    }
}

/// How GPU types are shown. The filters narrow the stock, so they need `availability`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GpuQuery {
    /// Look up the stock for this product.
    pub availability: Option<Product>,
    /// GPUs on one machine, at least 1.
    pub count: Option<u32>,
    /// Kind of host.
    pub cloud: Option<Cloud>,
    /// ISO 3166 country codes, two capitals. A list drops GPUs without a site there.
    pub country_codes: Vec<String>,
    /// Host CUDA versions, `major.minor`. Not beside a lowest version.
    pub cuda_versions: Vec<String>,
    /// Lowest host CUDA version, `major.minor` or a bare `major`.
    pub min_cuda_version: Option<String>,
}

impl GpuQuery {
    /// The stock for a product, without further filters.
    #[must_use]
    pub fn stock_for(product: Product) -> Self {
        Self { availability: Some(product), ..Self::default() }
    }

    pub(super) fn check(&self) -> Outcome<()> {
        let Self { availability, count, cloud, country_codes, cuda_versions, min_cuda_version } = self;
        if availability.is_none() {
            needs_availability("gpuCount", count.is_some())?;
            needs_availability("cloudType", cloud.is_some())?;
            needs_availability("countryCodes", !country_codes.is_empty())?;
            needs_availability("cudaVersions", !cuda_versions.is_empty())?;
            needs_availability("minCudaVersion", min_cuda_version.is_some())?;
        }
        check::at_least("gpuCount", *count, 1)?;
        country_codes.iter().try_for_each(|code| country(code))?;
        cuda_filter(cuda_versions, min_cuda_version.as_deref())
    }
}

/// How CPU flavours are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CpuQuery {
    /// Look up the stock for this product; there are no CPU clusters.
    pub availability: Option<Product>,
    /// vCPUs of one machine, at least 2; needs `availability`.
    pub vcpu_count: Option<u32>,
}

/// Which stock a data centre is shown with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stock {
    /// `gpuAvailability`.
    pub gpus: bool,
    /// `cpuAvailability`.
    pub cpus: bool,
}

/// Which data centres to list. Filters of one family: any region, all tiers, all certificates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataCenterQuery {
    /// What to show of their stock.
    pub stock: Stock,
    /// In any of these regions.
    pub regions: Vec<Region>,
    /// Offering all of these network volume tiers.
    pub volume_tiers: Vec<Tier>,
    /// Holding all of these certificates.
    pub compliance: Vec<Compliance>,
    /// With or without the private network between Pods.
    pub global_network: Option<bool>,
}

/// Part of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Region {
    NorthAmerica,
    SouthAmerica,
    Europe,
    Asia,
    MiddleEast,
    Africa,
    Oceania,
    Antarctica,
    Unknown,
}

impl Word for Region {
    const ALL: &'static [Self] = &[
        Self::NorthAmerica,
        Self::SouthAmerica,
        Self::Europe,
        Self::Asia,
        Self::MiddleEast,
        Self::Africa,
        Self::Oceania,
        Self::Antarctica,
        Self::Unknown,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::NorthAmerica => "NORTH_AMERICA",
            Self::SouthAmerica => "SOUTH_AMERICA",
            Self::Europe => "EUROPE",
            Self::Asia => "ASIA",
            Self::MiddleEast => "MIDDLE_EAST",
            Self::Africa => "AFRICA",
            Self::Oceania => "OCEANIA",
            Self::Antarctica => "ANTARCTICA",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// Certificate or rule a data centre meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "names of standards")]
pub enum Compliance {
    Gdpr,
    IsoIec27001,
    Iso14001,
    PciDss,
    Hitrust,
    Soc1Type2,
    Soc2Type2,
    Soc3Type2,
    Itar,
    FismaHigh,
    Hipaa,
    Renewable,
}

impl Word for Compliance {
    const ALL: &'static [Self] = &[
        Self::Gdpr,
        Self::IsoIec27001,
        Self::Iso14001,
        Self::PciDss,
        Self::Hitrust,
        Self::Soc1Type2,
        Self::Soc2Type2,
        Self::Soc3Type2,
        Self::Itar,
        Self::FismaHigh,
        Self::Hipaa,
        Self::Renewable,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Gdpr => "GDPR",
            Self::IsoIec27001 => "ISO_IEC_27001",
            Self::Iso14001 => "ISO_14001",
            Self::PciDss => "PCI_DSS",
            Self::Hitrust => "HITRUST",
            Self::Soc1Type2 => "SOC_1_TYPE_2",
            Self::Soc2Type2 => "SOC_2_TYPE_2",
            Self::Soc3Type2 => "SOC_3_TYPE_2",
            Self::Itar => "ITAR",
            Self::FismaHigh => "FISMA_HIGH",
            Self::Hipaa => "HIPAA",
            Self::Renewable => "RENEWABLE",
        }
    }
}

/// A filter of the stock where no stock was asked for is 400 (observed 2026-08).
pub(super) fn needs_availability(field: &'static str, given: bool) -> Outcome<()> {
    if given { check::refuse(field, "narrows the stock, so it needs availability") } else { Ok(()) }
}

fn country(code: &str) -> Outcome<()> {
    match code.as_bytes() {
        [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok(()),
        _ => check::refuse("countryCodes", "must be ISO 3166 codes of two capitals, such as US"),
    }
}

/// As in bodies, but the lowest version may be a bare major here.
fn cuda_filter(versions: &[String], floor: Option<&str>) -> Outcome<()> {
    let bare = floor.is_some_and(|f| !f.is_empty() && f.bytes().all(|b| b.is_ascii_digit()));
    match (versions, floor) {
        ([], _) if bare => Ok(()),
        (_, floor) => check::cuda_choice(Some(versions), floor),
    }
}
