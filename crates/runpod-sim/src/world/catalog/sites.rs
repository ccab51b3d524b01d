//! The data centres.
//!
//! Ids, regions and global networking as the API listed them in summer 2026. Storage tiers and compliance are
//! illustrative.

use serde::{Deserialize, Serialize};

/// A data centre.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) region: &'static str,
    /// ISO 3166 code, for the `countryCodes` filter.
    pub(crate) country: &'static str,
    pub(crate) global_network: bool,
    /// The kinds of network volume; the first is the one that a volume gets when none is asked for.
    pub(crate) tiers: &'static [Tier],
    pub(crate) compliance: &'static [&'static str],
}

/// A kind of network volume, `VolumeType` in the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Tier {
    Standard,
    HighPerformance,
}

impl Tier {
    /// As the contract spells it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Tier::Standard => "STANDARD",
            Tier::HighPerformance => "HIGH_PERFORMANCE",
        }
    }
}

/// The data centre of this id.
pub(crate) fn site(id: &str) -> Option<&'static Site> {
    SITES.iter().find(|site| site.id == id)
}

const PLAIN: &[Tier] = &[Tier::Standard];
const FAST: &[Tier] = &[Tier::HighPerformance, Tier::Standard];
const BOTH: &[Tier] = &[Tier::Standard, Tier::HighPerformance];
const NONE: &[Tier] = &[];

const SOC: &[&str] = &["SOC_2_TYPE_2"];
const SOC_ISO: &[&str] = &["ISO_IEC_27001", "SOC_2_TYPE_2"];
const EUROPEAN: &[&str] = &["GDPR", "ISO_IEC_27001", "SOC_2_TYPE_2"];
const NORDIC: &[&str] = &["GDPR", "ISO_IEC_27001", "ISO_14001", "RENEWABLE"];
const HEALTH: &[&str] = &["SOC_2_TYPE_2", "HIPAA", "PCI_DSS"];

/// Whether a data centre takes part in global networking, spelt so that the table reads.
const GLOBAL: bool = true;
const LOCAL: bool = false;

/// Every data centre, by id.
pub(crate) static SITES: &[Site] = &[
    at("AP-JP-1", "Japan 1", "ASIA", "JP", LOCAL, PLAIN, SOC),
    at("CA-MTL-1", "Canada Montreal 1", "NORTH_AMERICA", "CA", LOCAL, PLAIN, SOC_ISO),
    at("CA-MTL-2", "Canada Montreal 2", "NORTH_AMERICA", "CA", LOCAL, NONE, SOC_ISO),
    at("CA-MTL-3", "Canada Montreal 3", "NORTH_AMERICA", "CA", GLOBAL, PLAIN, SOC_ISO),
    at("CA-MTL-4", "Canada Montreal 4", "NORTH_AMERICA", "CA", LOCAL, NONE, SOC_ISO),
    at("EU-CZ-1", "Czechia 1", "EUROPE", "CZ", GLOBAL, BOTH, EUROPEAN),
    at("EU-FR-1", "France 1", "EUROPE", "FR", GLOBAL, PLAIN, EUROPEAN),
    at("EU-NL-1", "Netherlands 1", "EUROPE", "NL", GLOBAL, PLAIN, EUROPEAN),
    at("EU-RO-1", "Romania 1", "EUROPE", "RO", GLOBAL, BOTH, EUROPEAN),
    at("EU-SE-1", "Sweden 1", "EUROPE", "SE", GLOBAL, PLAIN, NORDIC),
    at("EUR-IS-1", "Iceland 1", "EUROPE", "IS", LOCAL, PLAIN, NORDIC),
    at("EUR-IS-2", "Iceland 2", "EUROPE", "IS", GLOBAL, PLAIN, NORDIC),
    at("EUR-IS-3", "Iceland 3", "EUROPE", "IS", LOCAL, NONE, NORDIC),
    at("EUR-NO-1", "Norway 1", "EUROPE", "NO", LOCAL, PLAIN, NORDIC),
    at("OC-AU-1", "Australia 1", "OCEANIA", "AU", GLOBAL, PLAIN, SOC),
    at("SEA-SG-1", "Singapore 1", "ASIA", "SG", LOCAL, PLAIN, SOC),
    at("US-CA-2", "US California 2", "NORTH_AMERICA", "US", GLOBAL, BOTH, HEALTH),
    at("US-DE-1", "US Delaware 1", "NORTH_AMERICA", "US", LOCAL, PLAIN, SOC),
    at("US-GA-1", "US Georgia 1", "NORTH_AMERICA", "US", GLOBAL, PLAIN, SOC),
    at("US-GA-2", "US Georgia 2", "NORTH_AMERICA", "US", GLOBAL, PLAIN, HEALTH),
    at("US-IL-1", "US Illinois 1", "NORTH_AMERICA", "US", GLOBAL, BOTH, SOC),
    at("US-KS-1", "US Kansas 1", "NORTH_AMERICA", "US", LOCAL, NONE, SOC),
    at("US-KS-2", "US Kansas 2", "NORTH_AMERICA", "US", GLOBAL, BOTH, HEALTH),
    at("US-KS-3", "US Kansas 3", "NORTH_AMERICA", "US", LOCAL, NONE, SOC),
    at("US-MD-1", "US Maryland 1", "NORTH_AMERICA", "US", LOCAL, FAST, SOC_ISO),
    at("US-MO-1", "US Missouri 1", "NORTH_AMERICA", "US", LOCAL, PLAIN, SOC),
    at("US-MO-2", "US Missouri 2", "NORTH_AMERICA", "US", LOCAL, FAST, SOC),
    at("US-NC-1", "US North Carolina 1", "NORTH_AMERICA", "US", GLOBAL, BOTH, SOC_ISO),
    at("US-NC-2", "US North Carolina 2", "NORTH_AMERICA", "US", LOCAL, FAST, SOC_ISO),
    at("US-NE-1", "US Nebraska 1", "NORTH_AMERICA", "US", LOCAL, FAST, SOC),
    at("US-OR-1", "US Oregon 1", "NORTH_AMERICA", "US", LOCAL, NONE, SOC),
    at("US-TX-1", "US Texas 1", "NORTH_AMERICA", "US", LOCAL, PLAIN, SOC),
    at("US-TX-3", "US Texas 3", "NORTH_AMERICA", "US", GLOBAL, PLAIN, SOC),
    at("US-TX-4", "US Texas 4", "NORTH_AMERICA", "US", GLOBAL, PLAIN, SOC),
    at("US-WA-1", "US Washington 1", "NORTH_AMERICA", "US", GLOBAL, BOTH, HEALTH),
];

/// A row of the table, in the order in which one says it.
const fn at(
    id: &'static str,
    name: &'static str,
    region: &'static str,
    country: &'static str,
    global_network: bool,
    tiers: &'static [Tier],
    compliance: &'static [&'static str],
) -> Site {
    Site { id, name, region, country, global_network, tiers, compliance }
}
