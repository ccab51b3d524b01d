//! Rules of the reader that need a contract of our own making.

use super::*;
use serde_json::json;

fn contract(facts: &str) -> Contract {
    Contract::read(&format!("contract v2\n\n{facts}\n")).unwrap()
}

/// What a shape says about a value, in one string.
fn says(shape: &str, value: &Value) -> String {
    let others = "shape Cat: object\n  .kind!: string\n    = \"cat\"\n  .lives: integer\n\n\
                  shape Dog: object, additionalProperties false\n  .kind!: string\n  .tail!: number\n";
    let said = contract(&format!("{others}\nshape It{shape}")).check_shape("It", value);
    said.iter().map(Problem::to_string).collect::<Vec<_>>().join(" | ")
}

#[test]
fn every_keyword_refuses_in_runpods_words() {
    let cases = [
        (": string", json!(1), "$: got number, want string"),
        (": integer", json!(1.5), "$: got number, want integer"),
        (": string|null", json!({}), "$: got object, want null or string"),
        (": const \"a\"", json!("b"), "$: value must be 'a'"),
        (":\n  = \"a\"", json!("b"), "$: value must be 'a'"),
        (":\n  = \"a\"\n  = 1\n  = null", json!("b"), "$: value must be one of 'a', 1, null"),
        (": pattern \"^a$\"", json!("it's"), r"$: 'it\'s' does not match pattern '^a$'"),
        (": minimum 1", json!(0), "$: minimum: got 0, want 1"),
        (": maximum 1", json!(2), "$: maximum: got 2, want 1"),
        (": exclusiveMinimum 1", json!(1), "$: exclusiveMinimum: got 1, want 1"),
        (": exclusiveMaximum 1", json!(1), "$: exclusiveMaximum: got 1, want 1"),
        (": multipleOf 2", json!(3), "$: multipleOf: got 3, want 2"),
        (": minLength 1", json!(""), "$: minLength: got 0, want 1"),
        (": maxLength 2", json!("äöü"), "$: maxLength: got 3, want 2"),
        (": minItems 1", json!([]), "$: minItems: got 0, want 1"),
        (": maxItems 1", json!([1, 2]), "$: maxItems: got 2, want 1"),
        (": uniqueItems", json!([1, 2, 1]), "$: items at 0 and 2 are equal"),
        (": minProperties 1", json!({}), "$: minProperties: got 0, want 1"),
        (": maxProperties 0", json!({ "a": 1 }), "$: maxProperties: got 1, want 0"),
        (":\n  []: string", json!(["a", 1]), "$[1]: got number, want string"),
        (":\n  {}: string", json!({ "a": 1 }), "$.a: got number, want string"),
        (":\n  .a: string", json!({ "a": 1 }), "$.a: got number, want string"),
        (":\n  .a!: string", json!({}), "$: missing property 'a'"),
        (":\n  requires a\n  requires b", json!({}), "$: missing properties 'a', 'b'"),
        (":\n  with a requires b", json!({ "a": 1 }), "$: properties 'b' required, if 'a' exists"),
        (
            ": additionalProperties false",
            json!({ "b": 1, "a": 1 }),
            "$: additional properties 'a', 'b' not allowed",
        ),
        (
            ": unevaluatedProperties false\n  all: @Cat",
            json!({ "kind": "cat", "x": 1 }),
            "$: additional properties 'x' not allowed",
        ),
        (":\n  all: @Cat\n  all: @Cat", json!(1), "$: got number, want object"),
        (":\n  any: @Cat\n  any: null", json!("x"), "$: got string, want object"),
        (":\n  any: string\n  any: null", json!(1), "$: got number, want string"),
        (":\n  one: integer\n  one: number", json!(1), "$: oneOf failed, subschemas 0, 1 matched"),
        (
            ":\n  one: string\n  one: null",
            json!(1),
            "$: oneOf failed, none matched | $: got number, want string | $: got number, want null",
        ),
        (":\n  not:\n    requires a", json!({ "a": 1 }), "$: not failed"),
        (
            ":\n  if:\n    requires a\n  then:\n    requires b\n  else:\n    requires c",
            json!({ "a": 1 }),
            "$: missing property 'b'",
        ),
        (
            ":\n  if:\n    requires a\n  then:\n    requires b\n  else:\n    requires c",
            json!({}),
            "$: missing property 'c'",
        ),
    ];
    for (shape, value, want) in cases {
        assert_eq!(says(shape, &value), want, "{shape} {value}");
    }
}

#[test]
fn formats_are_asserted() {
    let date = ": format \"date-time\"";
    assert_eq!(says(date, &json!("2026-08-01T00:00:00Z")), "");
    assert!(says(date, &json!("yesterday")).starts_with("$: 'yesterday' is not valid date-time: "));
    assert!(!says(date, &json!("2026-02-30T00:00:00Z")).is_empty());
    assert!(!says(": format \"uri\"", &json!("no uri")).is_empty());
    assert!(!says(": format \"ipv4\"", &json!("1.2.3")).is_empty());
    assert_eq!(says(": format \"double\"", &json!(1.5)), "", "not every format asserts");
}

#[test]
fn annotations_assert_nothing() {
    assert_eq!(says(": string, default 7, deprecated, readOnly, writeOnly", &json!("a")), "");
}

#[test]
fn nullable_admits_null() {
    assert_eq!(says(": string|null", &Value::Null), "");
    assert_eq!(says(":\n  any: @Dog\n  any: null", &Value::Null), "");
}

const PET: &str = ":\n  one: @Cat\n  one: @Dog\n  chosen by kind\n  chosen cat @Cat\n  chosen dog @Dog";

#[test]
fn the_chosen_branch_alone_speaks() {
    assert_eq!(says(PET, &json!({ "kind": "cat", "lives": "9" })), "$.lives: got string, want integer");
    let wrong = json!({ "kind": "dog", "lives": 9 });
    assert_eq!(
        says(PET, &wrong),
        "$: missing property 'tail' | $: additional properties 'lives' not allowed"
    );
}

#[test]
fn a_choice_that_is_missing_or_unknown_is_named() {
    assert_eq!(says(PET, &json!({ "tail": 1, "lives": 9 })), "$: missing property 'kind'");
    assert_eq!(says(PET, &json!({ "kind": "cow" })), "$.kind: value must be one of 'cat', 'dog'");
    assert_eq!(says(PET, &json!({ "kind": 1 })), "$.kind: value must be one of 'cat', 'dog'");
    assert_eq!(says(PET, &json!("cat")), "$: oneOf failed, none matched | $: got string, want object");
}

#[test]
fn a_key_of_a_failed_branch_is_not_called_unknown() {
    let shape =
        ": unevaluatedProperties false\n  all: object\n    .good: string\n    .bad: string\n  all: @Cat";
    let value = json!({ "kind": "cat", "good": "a", "bad": 1, "bogus": 1 });
    assert_eq!(
        says(shape, &value),
        "$.bad: got number, want string | $: additional properties 'bogus' not allowed"
    );
}

#[test]
fn a_key_that_only_an_unchosen_branch_declares_is_refused_when_nothing_else_is_wrong() {
    let shape = ": unevaluatedProperties false\n  if:\n    requires a\n  then:\n    .b: string\n  all: object\n    .a: string";
    assert_eq!(says(shape, &json!({ "a": "", "b": "" })), "");
    assert_eq!(says(shape, &json!({ "b": "" })), "$: additional properties 'b' not allowed");
}

const SHOP: &str = "\
operation list GET /v2/things
  query any: string|null
  query flag: boolean
  query limit: integer, minimum 1, maximum 10
  query ratio: number
  query many explode=true: array, minItems 2
    []: integer
  query some explode=false: array
    []: string, pattern \"^[a-z]+$\"
  query which required: @Which
  header Last-Seen: integer
  answer 200 application/json: @Thing
  answer 204 empty
  answer 400 empty
  answer default application/problem+json: any

operation make POST /v2/things
  body application/json: @Thing
  answer 201 text/plain: string

operation look GET /v2/things/{id}
  path id required: string, maxLength 3
  answer 200 empty

shape Thing: object
  .any: any
  .list: array
    []: object
      .a: integer
  .map: object
    {}: @Thing
  .open: object
  .self: @Thing

shape Which: string
  = \"x y\"
  = \"z\"
";

fn query(query: &str) -> String {
    let shop = contract(SHOP);
    let request = Request { query: Some(query), ..Request::default() };
    let said = shop.check_request(shop.operation("list").unwrap(), &request);
    said.iter().map(Problem::to_string).collect::<Vec<_>>().join(" | ")
}

#[test]
fn a_query_is_decoded_typed_and_checked() {
    assert_eq!(query("which=z&limit=5&flag=true&ratio=0.5&any=&unheard=of&unheard=twice"), "");
    assert_eq!(query("which=x+y"), "");
    assert_eq!(query("%77hich=x%20y&&"), "");
    assert_eq!(query("which=z&limit=50"), "parameter 'limit': maximum: got 50, want 10");
    assert_eq!(query("which=z&limit=many"), "parameter 'limit': got string, want integer");
    assert_eq!(query("which=z&limit=NaN"), "parameter 'limit': got string, want integer");
    assert_eq!(query("which=z&limit="), "parameter 'limit': got string, want integer");
    assert_eq!(query("which=z&flag=yes"), "parameter 'flag': got string, want boolean");
    assert_eq!(query("which=y"), "parameter 'which': value must be one of 'x y', 'z'");
    assert_eq!(query("limit=1"), "parameter 'which' is required, but is missing");
}

#[test]
fn a_list_in_a_query_is_joined_or_repeated_never_both() {
    assert_eq!(query("which=z&some=a,b"), "");
    assert_eq!(query("which=z&some=a%2Cb"), "");
    assert_eq!(query("which=z&some=a,B"), "parameter 'some'[1]: 'B' does not match pattern '^[a-z]+$'");
    assert_eq!(query("which=z&some="), "parameter 'some'[0]: '' does not match pattern '^[a-z]+$'");
    assert_eq!(
        query("which=z&some=a&some=b"),
        "parameter 'some' is not exploded, but is specified multiple times"
    );
    assert_eq!(query("which=z&many=1&many=2"), "");
    assert_eq!(query("which=z&many=1"), "parameter 'many': minItems: got 1, want 2");
    assert_eq!(
        query("which=z&which=z"),
        "parameter 'which' is not exploded, but is specified multiple times"
    );
}

#[test]
fn path_parameters_are_checked_too() {
    let shop = contract(SHOP);
    let params = [("id".to_owned(), "long".to_owned())];
    let request = Request { params: &params, ..Request::default() };
    let said = shop.check_request(shop.operation("look").unwrap(), &request);
    assert_eq!(said, [Problem::new("parameter 'id'", "maxLength: got 4, want 3")]);
}

fn answer(id: &str, status: u16, media: Option<&str>, body: Option<&Value>) -> Vec<String> {
    let shop = contract(SHOP);
    let said = shop.check_answer(shop.operation(id).unwrap(), status, media, body);
    said.iter().map(Problem::to_string).collect()
}

#[test]
fn an_answer_may_say_only_what_is_declared() {
    let json = Some("application/json; charset=utf-8");
    let good = json!({ "any": { "x": 1 }, "open": { "y": 1 }, "map": { "k": { "open": {} } }, "list": [{ "a": 1 }] });
    assert_eq!(answer("list", 200, json, Some(&good)), [""; 0]);
    let bad = json!({ "lits": [], "list": [{ "a": 1, "b": 2 }], "map": { "k": { "l": 1 } }, "self": { "self": { "m": 1 } } });
    let want = ["$.lits", "$.list[0].b", "$.map.k.l", "$.self.self.m"];
    let want = want.map(|at| format!("{at} is declared nowhere in the contract"));
    assert_eq!(answer("list", 200, json, Some(&bad)), want);
}

#[test]
fn status_media_type_and_presence_of_an_answer_are_checked() {
    assert_eq!(answer("make", 418, None, None), ["status: make does not declare 418"]);
    assert_eq!(answer("list", 418, Some("APPLICATION/PROBLEM+JSON"), Some(&json!({}))), [""; 0], "default");
    assert_eq!(
        answer("list", 500, Some("text/html"), None),
        ["header 'Content-Type': got text/html, want application/problem+json"]
    );
    assert_eq!(
        answer("list", 200, None, Some(&json!({}))),
        ["header 'Content-Type': got none, want application/json"]
    );
    assert_eq!(answer("list", 200, Some("application/json"), None), ["$: the body is missing"]);
    assert_eq!(answer("list", 204, None, None), [""; 0]);
    assert_eq!(answer("list", 204, None, Some(&json!({}))), ["$: 204 has no body"]);
    assert_eq!(
        answer("list", 400, Some("application/json"), Some(&json!({}))),
        [""; 0],
        "the contract is silent"
    );
    assert_eq!(answer("make", 201, Some("text/plain"), None), [""; 0], "only JSON has a shape");
}

#[test]
fn bodies_may_be_optional_and_have_a_media_type() {
    let shop = contract(SHOP);
    let make = shop.operation("make").unwrap();
    assert_eq!(shop.check_request(make, &Request::default()), []);
    let body = json!({});
    let form = Request { content_type: Some("text/plain"), body: Some(&body), ..Request::default() };
    let want = Problem::new("header 'Content-Type'", "got text/plain, want application/json");
    assert_eq!(shop.check_request(make, &form), [want]);
}

#[test]
fn fields_of_a_shape_that_contains_itself_come_to_an_end() {
    let shop = contract(SHOP);
    let fields = shop.operation("make").unwrap().request_fields();
    assert!(
        fields.iter().any(|field| field == "list[].a")
            && fields.iter().any(|field| field == "self.self.open")
    );
}

#[test]
fn one_validator_serves_every_place_that_means_the_same_shape() {
    let mut shapes = Shapes::new(&contract("shape A: @B\n\nshape B: @C\n\nshape C: string").facts.shapes);
    let c = shapes.slot("C").unwrap();
    assert_eq!(shapes.intern("x", &json!({ "$ref": "#/$defs/A" })), c);
    let one = shapes.intern("list.limit", &json!({ "type": "integer" }));
    assert_eq!(shapes.intern("other limit", &json!({ "type": "integer" })), one);
    assert_ne!(shapes.intern("list.limit", &json!({ "type": "number" })), one);
}

#[test]
fn circles_of_bare_references_do_not_hang() {
    let loops = contract("shape A: @B\n\nshape B: @A");
    assert!(!loops.check_shape("A", &json!(1)).is_empty());
    assert_eq!(loops.check_shape("C", &json!(1)), [Problem::new("$", "the contract has no shape C")]);
}

#[test]
fn every_shape_of_both_contracts_has_a_working_validator() {
    for contract in [v1(), v2()] {
        for name in contract.shape_names() {
            let said = contract.check_shape(name, &Value::Null);
            assert!(!said.iter().any(|problem| problem.text.contains("cannot be used")), "{name}: {said:?}");
        }
        for op in contract.operations() {
            for parameter in op.parameters() {
                let said = contract.shapes.check(parameter.slot, &Value::Null);
                assert!(
                    !said.iter().any(|problem| problem.text.contains("cannot be used")),
                    "{}: {said:?}",
                    op.id()
                );
            }
        }
    }
}
