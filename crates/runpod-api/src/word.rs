//! Words the API accepts where it accepts no others: clouds, tiers, kinds, regions.

/// A closed set of words, spelled as both REST versions spell them.
pub trait Word: Copy + Sized + 'static {
    /// All of them, in the order of the contract.
    const ALL: &'static [Self];

    /// The spelling of the API.
    fn as_str(self) -> &'static str;

    /// The word with this spelling; letter case counts.
    #[must_use]
    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|word| word.as_str() == text)
    }
}

/// Which kind of host rents out the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// Data centres of Runpod and its partners.
    Secure,
    /// Machines of vetted private hosts.
    Community,
}

impl Word for Cloud {
    const ALL: &'static [Self] = &[Self::Secure, Self::Community];

    fn as_str(self) -> &'static str {
        match self {
            Self::Secure => "SECURE",
            Self::Community => "COMMUNITY",
        }
    }
}

/// Speed class of network volumes; a data centre offers one or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Standard storage.
    Standard,
    /// Faster and dearer storage.
    HighPerformance,
}

impl Word for Tier {
    const ALL: &'static [Self] = &[Self::Standard, Self::HighPerformance];

    fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::HighPerformance => "HIGH_PERFORMANCE",
        }
    }
}
