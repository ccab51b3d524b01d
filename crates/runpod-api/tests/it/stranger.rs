//! Pages of strangers: asked for at a vetted machine, once, and without anything of ours.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use futures_util::stream::{self, StreamExt};
use runpod_api::{NoPage, Settings, Stranger};

use crate::hand::Hand;
use crate::tls::Twin;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn url(twin: &Twin) -> String {
    format!("https://client.example:{}/id.json", twin.port)
}

/// Somebody who trusts the certificate of this host.
fn stranger(twin: &Twin) -> Stranger {
    Stranger::new(&Settings { proxy: Some("http://127.0.0.1:1".into()), ..twin.settings(true) })
}

fn answer(status: u16, headers: &[(&str, &str)], body: Body) -> Response {
    let response =
        headers.iter().fold(Response::builder().status(status), |r, (name, value)| r.header(*name, *value));
    response.body(body).unwrap()
}

#[tokio::test]
async fn a_page_is_read_where_it_was_vetted_whatever_its_name_resolves_to() {
    let twin = Twin::answering(&["http/1.1"], || {
        let headers = [("content-type", "application/json"), ("cache-control", "max-age=9")];
        std::future::ready(answer(200, &headers, Body::from("{}")))
    })
    .await;
    let page = stranger(&twin).page(&url(&twin), HERE).await.unwrap();
    assert_eq!((page.status, page.body.as_slice()), (200, b"{}".as_slice()));
    assert_eq!(
        (page.media.as_deref(), page.cache_control.as_deref()),
        (Some("application/json"), Some("max-age=9"))
    );
    assert_eq!(*twin.heard.borrow(), ["HTTP/1.1 GET /id.json"]);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_nobody_else_is_asked() {
    let twin = Twin::answering(&["h2"], || {
        std::future::ready(answer(302, &[("location", "https://client.example/elsewhere")], Body::empty()))
    })
    .await;
    assert_eq!(stranger(&twin).page(&url(&twin), HERE).await.unwrap().status, 302);
    assert_eq!(twin.heard.borrow().len(), 1);
}

#[tokio::test]
async fn what_is_too_long_or_in_clear_or_not_trusted_is_no_page() {
    let twin = Twin::answering(&["http/1.1"], || {
        std::future::ready(answer(200, &[], Body::from(vec![b'x'; 6 << 10])))
    })
    .await;
    assert_eq!(stranger(&twin).page(&url(&twin), HERE).await, Err(NoPage::TooLong));
    let clear = url(&twin).replace("https", "http");
    assert_eq!(stranger(&twin).page(&clear, HERE).await, Err(NoPage::Address));
    let wary = Stranger::new(&twin.settings(false));
    assert_eq!(wary.page(&url(&twin), HERE).await, Err(NoPage::Connection));
    assert_eq!(twin.heard.borrow().len(), 1);
}

#[tokio::test]
async fn a_page_that_drips_is_given_up_after_three_seconds() {
    let twin = Twin::answering(&["http/1.1"], || {
        let drops = stream::iter([Ok::<_, std::io::Error>("{")]).chain(stream::pending());
        std::future::ready(answer(200, &[], Body::from_stream(drops)))
    })
    .await;
    let hand = Hand::new();
    let slow = Stranger::new(&Settings { clock: hand.clone(), ..twin.settings(true) });
    let url = url(&twin);
    let reading = tokio::spawn(async move { slow.page(&url, HERE).await });
    hand.until_asked(Duration::from_secs(3)).await;
    hand.advance(Duration::from_secs(3));
    assert_eq!(reading.await.unwrap(), Err(NoPage::TooLate));
}
