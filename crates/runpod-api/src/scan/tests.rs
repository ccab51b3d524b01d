//! Laws of the scan, over random objects in random spellings, cut into random chunks.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        "[a-z\"\\\\/{}\\[\\],:é😀\u{1}\n]{0,40}".prop_map(Value::from),
        Just(Value::from("A".repeat(300))),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map("[a-c~/\"é]{0,4}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// An answer in one of the ways to write it: compact or not, with everything but ASCII escaped or not.
fn written(output: &Value, pretty: bool, ascii: bool) -> String {
    let answer =
        json!({"id": "j", "status": "COMPLETED", "delayTime": 5, "output": output, "executionTime": 7});
    let text =
        if pretty { serde_json::to_string_pretty(&answer) } else { serde_json::to_string(&answer) }.unwrap();
    let escaped = |c: char| {
        let mut units = [0; 2];
        c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04X}")).collect::<String>()
    };
    text.chars().map(|c| if ascii && !c.is_ascii() { escaped(c) } else { c.to_string() }).collect()
}

fn window(path: &str, from: u64, to: Option<u64>, most: usize) -> Window {
    Window { path: Pointer::parse(path).unwrap(), from, to, most }
}

/// What is found, and the bytes that belong to the place.
fn scan(text: &str, window: &Window, chunk: usize) -> Result<(Found, Vec<u8>), Flaw> {
    let mut scan = Scan::new(window);
    let mut own = Vec::new();
    for chunk in text.as_bytes().chunks(chunk) {
        own.extend_from_slice(&chunk[scan.feed(chunk)?]);
    }
    Ok((scan.finish()?, own))
}

fn excerpt(text: &str, window: &Window) -> Excerpt {
    let (found, _) = scan(text, window, 7).unwrap();
    found.at_path.unwrap_or_else(|| panic!("nothing at {window:?}"))
}

fn value(excerpt: &Excerpt) -> Value {
    serde_json::from_str(excerpt.json.get()).unwrap()
}

/// Reads on wherever something was left, until nothing is.
fn glued(text: &str, most: usize) -> Value {
    let first = excerpt(text, &window("/output", 0, None, most));
    let mut whole = json!({"output": value(&first)});
    let mut open = first.rest;
    let mut reads = 0;
    while let Some(rest) = open.pop() {
        reads += 1;
        assert!(reads < 5_000, "no progress at {rest:?}");
        let more = excerpt(text, &window(&rest.path, rest.from, None, most));
        assert_eq!((more.total, more.kind.unit(), more.from), (rest.of, rest.unit, rest.from));
        match (whole.pointer_mut(&rest.path).unwrap(), value(&more)) {
            (Value::String(text), Value::String(more)) => text.push_str(&more),
            (Value::Array(items), Value::Array(more)) => items.extend(more),
            (Value::Object(map), Value::Object(more)) => map.extend(more),
            (place, more) => panic!("{place} and {more} at {rest:?}"),
        }
        open.extend(more.rest);
    }
    whole["output"].take()
}

proptest! {
    #[test]
    fn a_window_that_is_large_enough_shows_everything_whatever_the_chunks(
        output in any_json(), pretty in any::<bool>(), ascii in any::<bool>(), chunk in 1usize..40
    ) {
        let text = written(&output, pretty, ascii);
        let (found, own) = scan(&text, &window("/output", 0, None, 1 << 20), chunk).unwrap();
        let shown = found.at_path.unwrap();
        prop_assert_eq!(value(&shown), output.clone());
        prop_assert!(shown.rest.is_empty());
        prop_assert_eq!(serde_json::from_slice::<Value>(&own).unwrap(), output);
        prop_assert_eq!(shown.bytes as usize, own.len());
        let members: Vec<_> = found.members.iter().map(|(name, excerpt)| (name.as_str(), value(excerpt))).collect();
        prop_assert_eq!(members, [("id", json!("j")), ("status", json!("COMPLETED")), ("delayTime", json!(5)),
            ("executionTime", json!(7))]);
    }

    #[test]
    fn what_is_cut_can_be_glued_together_again(
        output in any_json(), pretty in any::<bool>(), ascii in any::<bool>(), most in 48usize..400
    ) {
        let text = written(&output, pretty, ascii);
        let first = excerpt(&text, &window("/output", 0, None, most));
        // Brackets that close come on top.
        prop_assert!(first.json.get().len() <= most + 16, "{} > {most}", first.json.get().len());
        prop_assert_eq!(glued(&text, most), output);
    }

    #[test]
    fn the_same_is_kept_whatever_the_chunks(output in any_json(), most in 48usize..400, chunk in 1usize..40) {
        let text = written(&output, false, false);
        let asked = window("/output", 0, None, most);
        let (at_once, in_parts) = (scan(&text, &asked, text.len()).unwrap(), scan(&text, &asked, chunk).unwrap());
        let shown = |found: &Found| {
            let excerpt = found.at_path.clone().unwrap();
            (excerpt.json.get().to_owned(), excerpt.rest)
        };
        prop_assert_eq!(shown(&at_once.0), shown(&in_parts.0));
        prop_assert_eq!(at_once.1, in_parts.1);
    }

    #[test]
    fn what_is_leapt_over_is_counted_as_a_parser_counts_it(
        items in prop::collection::vec(any_json(), 2..6), pretty in any::<bool>(), chunk in 1usize..200
    ) {
        let first = "x".repeat(44);
        let items = [vec![json!(first)], items].concat();
        let text = written(&json!([items, items]), pretty, true);
        let (found, own) = scan(&text, &window("/output", 0, None, 48), chunk).unwrap();
        let rest = |path: &str, of| Rest { path: path.into(), from: 1, of, unit: Unit::Elements };
        let shown = found.at_path.unwrap();
        prop_assert_eq!(value(&shown), json!([[first]]));
        prop_assert_eq!(shown.rest, [rest("/output/0", items.len() as u64), rest("/output", 2)]);
        prop_assert_eq!((shown.total, serde_json::from_slice::<Value>(&own).unwrap()), (2, json!([items, items])));
        prop_assert_eq!(found.members.len(), 4);
    }

    #[test]
    fn a_transfer_that_broke_off_never_looks_complete(output in any_json(), end in any::<prop::sample::Index>()) {
        let text = written(&output, false, true);
        let end = end.index(text.len());
        prop_assert!(scan(&text[..end], &window("/output", 0, None, 100), 9).is_err());
    }

    #[test]
    fn a_range_of_a_list_is_that_range(items in prop::collection::vec(any_json(), 0..8), from in 0u64..9, to in 0u64..9) {
        let text = written(&json!(items), true, false);
        let to = to.max(from);
        let shown = excerpt(&text, &window("/output", from, Some(to), 1 << 20));
        let (begin, end) = ((from as usize).min(items.len()), (to as usize).min(items.len()));
        prop_assert_eq!(value(&shown), json!(items[begin..end]));
        prop_assert_eq!(shown.total as usize, items.len());
    }

    #[test]
    fn a_range_of_a_text_counts_bytes_as_they_are_written(text in "[a-z0-9 ]{0,60}", from in 0usize..70, to in 0usize..70) {
        let to = to.max(from);
        let shown = excerpt(&written(&json!(text), false, false), &window("/output", from as u64, Some(to as u64), 1 << 20));
        prop_assert_eq!(value(&shown), json!(text[from.min(text.len())..to.min(text.len())]));
    }

    #[test]
    fn a_range_that_begins_or_ends_anywhere_is_still_text(from in 0u64..60, to in 0u64..60) {
        let text = written(&json!("a\"\\é😀\n\u{1}\"\"\\\\😀z"), false, true);
        let shown = excerpt(&text, &window("/output", from, Some(to.max(from)), 1 << 20));
        prop_assert!(value(&shown).is_string());
    }

    #[test]
    fn no_bytes_make_it_stumble(bytes in prop::collection::vec(prop::sample::select(b"{}[]\",:\\ua1e-.tn \xff\xd8".to_vec()), 0..60)) {
        let mut scan = Scan::new(&window("/output", 0, None, 48));
        let fed = std::iter::once(&b"{\"output\":"[..]).chain(bytes.chunks(3)).try_for_each(|c| scan.feed(c).map(drop));
        if fed.is_ok() && let Ok(found) = scan.finish() && let Some(shown) = found.at_path {
            prop_assert!(serde_json::from_str::<serde::de::IgnoredAny>(shown.json.get()).is_ok());
        }
    }
}

#[test]
fn a_chunk_may_end_anywhere() {
    let row = json!({"a": "[{\"\\\\\",", "\\": ["\\\"", "]}", {}], "n": 1.5e3, "long": "\\n,\"".repeat(20)});
    let text = written(&json!([row, "\\", row, [], "\"\\".repeat(40), row]), false, false);
    for window in [
        window("/output", 0, None, 0),
        window("/output", 0, None, 60),
        window("/output", 3, None, 60),
        window("/output/4", 0, None, 60),
        window("/output/2/long", 9, Some(20), 1_000),
        window("/output", 0, None, 10_000),
    ] {
        let shown = |chunks: [&[u8]; 2]| {
            let mut scan = Scan::new(&window);
            let own = chunks.map(|chunk| scan.feed(chunk).unwrap().len());
            let Found { members, at_path } = scan.finish().unwrap();
            let Excerpt { json, rest, total, .. } = at_path.unwrap();
            (own.iter().sum::<usize>(), members.len(), json.get().to_owned(), rest, total)
        };
        let expected = shown([text.as_bytes(), b""]);
        for at in 0..text.len() {
            let (begin, end) = text.as_bytes().split_at(at);
            assert_eq!(shown([begin, end]), expected, "{window:?} cut at {at}");
        }
    }
}

#[test]
fn every_place_of_an_answer_can_be_reached_and_no_other() {
    let output = json!({"a/b": [1, {"m~n": "x"}], "": true, "é": null, "01": 5});
    let text = written(&output, false, true);
    for (path, expected) in [
        ("/output/a~1b/1/m~0n", json!("x")),
        ("/output/a~1b/0", json!(1)),
        ("/output/", json!(true)),
        ("/output/é", Value::Null),
        ("/output/01", json!(5)),
        ("/executionTime", json!(7)),
    ] {
        assert_eq!(value(&excerpt(&text, &window(path, 0, None, 100))), expected, "{path}");
    }
    for path in ["/output/a~1b/2", "/output/a~1b/00", "/output/a~1b/-", "/output/01/x", "/nothing", "/Output"]
    {
        assert!(scan(&text, &window(path, 0, None, 100), 5).unwrap().0.at_path.is_none(), "{path}");
    }
}

#[test]
fn rows_are_cut_between_two_rows_and_numbers_stay_exact() {
    let rows: Vec<Value> =
        (0..1000u64).map(|n| json!({"id": u64::MAX - n, "name": "x".repeat(20)})).collect();
    let shown = excerpt(&written(&json!(rows), false, false), &window("/output", 0, None, 2_000));
    let kept = value(&shown).as_array().unwrap().len();
    assert_eq!(value(&shown), json!(rows[..kept]));
    let rest = Rest { path: "/output".into(), from: kept as u64, of: 1000, unit: Unit::Elements };
    assert_eq!((kept > 30, shown.rest), (true, vec![rest]));
}

#[test]
fn one_long_text_inside_of_everything_is_cut_inside() {
    let output = json!({"images": [{"type": "base64", "data": "x".repeat(9_000)}], "seed": 5});
    let shown = excerpt(&written(&output, false, false), &window("/output", 0, None, 1_000));
    let data = value(&shown)["images"][0]["data"].as_str().unwrap().len();
    assert!((900..1_000).contains(&data), "{data}");
    let rest = |path: &str, from: u64, of, unit| Rest { path: path.into(), from, of, unit };
    assert_eq!(
        shown.rest,
        [
            rest("/output/images/0/data", data as u64, 9_000, Unit::Bytes),
            rest("/output", 1, 2, Unit::Members),
        ]
    );
}

#[test]
fn a_member_beside_the_way_is_cut_too() {
    let text = json!({"status": "FAILED", "error": "e".repeat(40_000), "output": null}).to_string();
    let (found, _) = scan(&text, &window("/output", 0, None, 100), 4_096).unwrap();
    let (_, error) = found.members.iter().find(|(name, _)| name == "error").unwrap();
    assert_eq!(error.total, 40_000);
    assert_eq!(error.rest[0].path, "/error");
    assert!(error.json.get().len() < 17_000);
}

#[test]
fn the_first_of_two_keys_counts() {
    let (found, own) = scan(r#"{"output":[1],"output":2}"#, &window("/output", 0, None, 100), 3).unwrap();
    assert_eq!((found.at_path.unwrap().json.get(), own.as_slice()), ("[1]", &b"[1]"[..]));
}

#[test]
fn what_is_no_object_is_refused_where_it_goes_wrong() {
    for (text, flaw) in [
        ("", Flaw::Early(0)),
        ("<html>", Flaw::Syntax(0)),
        ("\u{feff}{}", Flaw::Syntax(0)),
        ("[1]", Flaw::Syntax(0)),
        ("\"x\"", Flaw::Syntax(0)),
        ("{\"output\":[1}", Flaw::Syntax(12)),
        ("{\"output\" 1}", Flaw::Syntax(10)),
        ("{\"output\":1,}", Flaw::Syntax(13)),
        ("{} {}", Flaw::Syntax(3)),
        ("{\"output\":01x}", Flaw::Syntax(10)),
    ] {
        assert_eq!(scan(text, &window("/output", 0, None, 100), 4).map(drop), Err(flaw), "{text}");
    }
}

#[test]
fn depth_is_no_danger() {
    let deep = format!("{{\"output\":{}1{},\"status\":\"OK\"}}", "[".repeat(5_000), "]".repeat(5_000));
    let (found, own) = scan(&deep, &window("/output", 0, None, 100_000), 100).unwrap();
    assert_eq!(own.len(), 10_001);
    assert_eq!(found.at_path.unwrap().rest.len(), 1);
    assert_eq!(found.members[0].0, "status");
}
