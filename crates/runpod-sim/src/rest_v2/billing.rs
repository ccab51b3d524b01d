//! `/v2/billing` and its five parts.

use serde_json::{Map, Number, Value, json};

use super::{Call, Routes};
use crate::answer::Answer;
use crate::clock::{Time, stamp};
use crate::refusal::Refusal;
use crate::world::billing::{Amounts, Bucket, Record, Scope, Window, totals};
use crate::world::meter::{Charge, Payer};

pub(super) const ROUTES: Routes = &[
    ("listBilling", |call| answer(call, &WHOLE)),
    ("listPodBilling", |call| answer(call, &PODS)),
    ("listServerlessBilling", |call| answer(call, &SERVERLESS)),
    ("listEndpointBilling", |call| answer(call, &PUBLIC_ENDPOINTS)),
    ("listNetworkVolumeBilling", |call| answer(call, &NETWORK_VOLUMES)),
    ("listClusterBilling", |call| answer(call, &CLUSTERS)),
];

/// How one of the six bills is written.
struct Bill {
    /// Whose bill it is; none for that of everything.
    payer: Option<Payer>,
    /// The field, and the filter, with the id of a resource; none where records add up all of them.
    id: Option<&'static str>,
    /// The field with the number of resources.
    unique: Option<&'static str>,
    /// The amounts beside `totalAmount`, and what each of them is for. None: always 0.
    amounts: &'static [(&'static str, Option<(Payer, Charge)>)],
}

/// `BillingAmounts` of the contract.
const WHOLE: Bill = Bill {
    payer: None,
    id: None,
    unique: None,
    amounts: &[
        ("podGpuAmount", Some((Payer::Pod, Charge::Gpu))),
        ("podCpuAmount", Some((Payer::Pod, Charge::Cpu))),
        ("podDiskAmount", Some((Payer::Pod, Charge::Disk))),
        ("serverlessGpuAmount", Some((Payer::Serverless, Charge::Gpu))),
        ("serverlessCpuAmount", Some((Payer::Serverless, Charge::Cpu))),
        ("serverlessDiskAmount", Some((Payer::Serverless, Charge::Disk))),
        ("serverlessFeeAmount", None),
        ("storageStandardAmount", Some((Payer::NetworkVolume, Charge::StandardStorage))),
        ("storageHighPerformanceAmount", Some((Payer::NetworkVolume, Charge::HighPerformanceStorage))),
        ("endpointAmount", Some((Payer::PublicEndpoint, Charge::Calls))),
        ("clusterGpuAmount", Some((Payer::Cluster, Charge::Gpu))),
        ("clusterDiskAmount", Some((Payer::Cluster, Charge::Disk))),
        ("clusterNetworkingAmount", Some((Payer::Cluster, Charge::Networking))),
    ],
};

/// `PodBillingAmounts` of the contract.
const PODS: Bill = Bill {
    payer: Some(Payer::Pod),
    id: Some("podId"),
    unique: Some("uniquePodCount"),
    amounts: &[
        ("gpuAmount", Some((Payer::Pod, Charge::Gpu))),
        ("cpuAmount", Some((Payer::Pod, Charge::Cpu))),
        ("diskAmount", Some((Payer::Pod, Charge::Disk))),
    ],
};

/// `ServerlessBillingAmounts` of the contract. The fee is deprecated and always 0.
const SERVERLESS: Bill = Bill {
    payer: Some(Payer::Serverless),
    id: Some("serverlessId"),
    unique: Some("uniqueServerlessCount"),
    amounts: &[
        ("gpuAmount", Some((Payer::Serverless, Charge::Gpu))),
        ("cpuAmount", Some((Payer::Serverless, Charge::Cpu))),
        ("diskAmount", Some((Payer::Serverless, Charge::Disk))),
        ("feeAmount", None),
    ],
};

/// `EndpointBillingAmounts` of the contract: what calls of public endpoints cost.
const PUBLIC_ENDPOINTS: Bill =
    Bill { payer: Some(Payer::PublicEndpoint), id: None, unique: None, amounts: &[] };

/// `NetworkVolumeBillingAmounts` of the contract.
const NETWORK_VOLUMES: Bill = Bill {
    payer: Some(Payer::NetworkVolume),
    id: Some("networkVolumeId"),
    unique: Some("uniqueNetworkVolumeCount"),
    amounts: &[
        ("standardAmount", Some((Payer::NetworkVolume, Charge::StandardStorage))),
        ("highPerformanceAmount", Some((Payer::NetworkVolume, Charge::HighPerformanceStorage))),
    ],
};

/// `ClusterBillingAmounts` of the contract.
const CLUSTERS: Bill = Bill {
    payer: Some(Payer::Cluster),
    id: Some("clusterId"),
    unique: Some("uniqueClusterCount"),
    amounts: &[
        ("gpuAmount", Some((Payer::Cluster, Charge::Gpu))),
        ("diskAmount", Some((Payer::Cluster, Charge::Disk))),
        ("networkingAmount", Some((Payer::Cluster, Charge::Networking))),
    ],
};

fn answer(call: &Call<'_>, bill: &Bill) -> Result<Answer, Refusal> {
    let window = window(call)?;
    let wanted = bill.id.and_then(|name| call.asked(name));
    let scope = match (bill.payer, bill.id) {
        (None, _) => Scope::Whole,
        (Some(payer), None) => Scope::Sum(payer),
        (Some(payer), Some(_)) => Scope::Each(payer, wanted.as_deref()),
    };
    let records = call.visit.bill(scope, &window);
    let mut query = times(window.from, window.to);
    query.insert("bucketSize".to_owned(), window.bucket.word().into());
    query.extend(bill.id.zip(wanted.as_deref()).map(|(name, id)| (name.to_owned(), id.into())));
    let mut metadata = Map::new();
    metadata.insert("query".to_owned(), query.into());
    metadata.insert("recordCount".to_owned(), records.len().into());
    metadata.extend(bill.unique.map(|name| (name.to_owned(), unique(&records).into())));
    metadata.insert("totals".to_owned(), bill.spell(&totals(&records)).into());
    let records: Vec<_> = records.iter().map(|record| bill.line(record)).collect();
    Answer::ok(&json!({ "records": records, "metadata": metadata }))
}

impl Bill {
    fn line(&self, record: &Record) -> Value {
        let mut line = times(record.from, record.to);
        line.extend(self.id.map(|name| (name.to_owned(), Value::from(record.id.as_str()))));
        line.extend(self.spell(&record.amounts));
        line.into()
    }

    fn spell(&self, amounts: &Amounts) -> Map<String, Value> {
        let amount = |what: &Option<(Payer, Charge)>| what.and_then(|what| amounts.get(&what)).copied();
        let parts = self.amounts.iter().map(|(name, what)| (*name, amount(what).unwrap_or_default()));
        // Not `sum`, whose zero for nothing is negative and shows.
        let total = ("totalAmount", amounts.values().fold(0.0, |sum, amount| sum + amount));
        let dollars = |amount| Number::from_f64(amount).map_or(Value::Null, Value::Number);
        [total].into_iter().chain(parts).map(|(name, amount)| (name.to_owned(), dollars(amount))).collect()
    }
}

fn times(from: Time, to: Time) -> Map<String, Value> {
    let pairs = [("startTime", from), ("endTime", to)];
    pairs.into_iter().map(|(name, at)| (name.to_owned(), stamp(at).into())).collect()
}

/// How many different resources a bill names.
fn unique(records: &[Record]) -> usize {
    let ids: std::collections::BTreeSet<_> = records.iter().map(|record| &record.id).collect();
    ids.len()
}

/// The last thirty days in days, unless something else is asked for.
fn window(call: &Call<'_>) -> Result<Window, Refusal> {
    let bucket = call.asked("bucketSize").and_then(|word| Bucket::read(&word)).unwrap_or_default();
    let (start, end) = (call.asked_time("startTime")?, call.asked_time("endTime")?);
    let Some(count) = call.asked("lastN") else {
        return Ok(Window::asked((start, end), call.visit.now, bucket)?);
    };
    if start.is_some() || end.is_some() {
        return Err(Refusal::bad_request("`lastN` excludes `startTime` and `endTime`"));
    }
    Ok(Window::last(count.parse().unwrap_or(u32::MAX), call.visit.now, bucket))
}
