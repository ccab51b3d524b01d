//! Whom the program talks to, as somebody sees it who stands between it and the world.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use runpod_api::{Base, Client, Hosts};
use runpod_mcp::mcp::Setup;
use runpod_mcp::tools;
use runpod_sim::{Pace, Seed, Sim};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::random::dummy;
use crate::rig::{self, Rig};
use crate::session::{Session, command};

/// A proxy that lets nothing pass and notes whom it was asked for.
async fn gatekeeper() -> (String, Arc<Mutex<BTreeSet<String>>>) {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = format!("http://{}", socket.local_addr().expect("bound"));
    let asked = Arc::new(Mutex::new(BTreeSet::new()));
    let told = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = socket.accept().await {
            let told = Arc::clone(&told);
            tokio::spawn(async move {
                let mut head = vec![0; 4096];
                let read = stream.read(&mut head).await.unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..read]).into_owned();
                told.lock().unwrap().extend(head.split(' ').nth(1).map(str::to_owned));
                drop(stream.write_all(b"HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n").await);
            });
        }
    });
    (address, asked)
}

#[tokio::test]
async fn t76_before_a_tool_is_called_nobody_is_asked_for() {
    let (proxy, asked) = gatekeeper().await;
    let env = [("HTTPS_PROXY", proxy.as_str()), ("RUNPOD_API_KEY", "rpa_CANARY")];
    for quiet in [&["tools"][..], &["--version"], &["--print-config"]] {
        assert!(command(quiet, &env).output().await.expect("the binary runs").status.success(), "{quiet:?}");
    }
    let mut session = Session::spawn(&["serve"], &env);
    session.initialize("2025-11-25").await;
    session.ask(1, "tools/list", json!({})).await;
    session.end().await;
    assert!(asked.lock().unwrap().is_empty(), "{asked:?}");
}

#[tokio::test]
async fn t76_nobody_but_the_hosts_of_the_settings_is_ever_asked_for() {
    let (proxy, asked) = gatekeeper().await;
    let base = |text: &str| Base::parse(text).expect("https");
    let hosts = Hosts {
        rest_v2: base("https://v2.example/v2"),
        rest_v1: base("https://v1.example/v1"),
        serverless: base("https://jobs.example/v2"),
        graphql_authed: base("https://own.example/graphql"),
        graphql_public: base("https://public.example/graphql"),
    };
    let sim = Sim::builder().seed(Seed::Empty).clock(Pace::Manual).start().await.expect("a free port");
    let client = Client::new(runpod_api::Settings { hosts, proxy: Some(proxy), ..rig::settings(&sim) });
    let setup = Setup { client, ..rig::setup(&sim) };
    let rig = Rig::of(sim, setup);
    for tool in tools::all() {
        let call = rig.call(tool.card.name, dummy(&tool.listing()["inputSchema"]).into());
        // Some look again until their time is over.
        let passing = async {
            loop {
                rig.pass(1);
                tokio::time::sleep(Duration::from_micros(200)).await;
            }
        };
        tokio::select! {
            biased;
            reply = call => drop(reply.any()),
            () = passing => unreachable!(),
        }
    }
    rig.call("get-gpu-type", json!({"gpuTypeId": "x"})).await.any();
    let known =
        ["jobs.example:443", "own.example:443", "public.example:443", "v1.example:443", "v2.example:443"];
    let asked = asked.lock().unwrap().clone();
    assert!(asked.iter().all(|host| known.contains(&host.as_str())), "{asked:?}");
    assert!(asked.contains("v2.example:443") && asked.contains("jobs.example:443"), "{asked:?}");
}
