//! A small API of our own, pulled, pulled again and changed.

use serde_json::{Value, json};

use super::{Version, facts, law, openapi, seeds, settle, source};

fn kennel() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Kennel", "version": "1" },
        "servers": [{ "url": "https://dogs.example" }],
        "security": [{ "bearer": [] }],
        "tags": [{ "name": "Dogs", "description": "Who lives here" }],
        "paths": {
            "/v2/dogs": {
                "get": {
                    "operationId": "listDogs", "summary": "All of them", "tags": ["Dogs"],
                    "parameters": [
                        { "$ref": "#/components/parameters/Limit" },
                        { "in": "query", "name": "breeds", "style": "form", "explode": false,
                          "schema": { "type": "array", "items": { "type": "string" } } }
                    ],
                    "responses": {
                        "200": {
                            "description": "The pack",
                            "headers": { "X-Left": { "$ref": "#/components/headers/Left" } },
                            "content": { "application/json": {
                                "schema": { "type": "array", "items": { "$ref": "#/components/schemas/Dog" } } } }
                        },
                        "404": { "$ref": "#/components/responses/Gone" }
                    }
                },
                "post": {
                    "operationId": "addDog", "security": [],
                    "requestBody": { "required": true, "content": { "application/json": {
                        "schema": { "$ref": "#/components/schemas/Dog" }, "example": { "name": "Rex" } } } },
                    "responses": { "204": { "description": "Done" } }
                }
            }
        },
        "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
            "parameters": { "Limit": { "in": "query", "name": "limit", "description": "How many",
                                       "schema": { "type": "integer", "minimum": 1 } } },
            "headers": { "Left": { "description": "Calls left", "schema": { "type": "integer" } } },
            "responses": { "Gone": { "description": "Ran away", "content": { "text/plain": {} } } },
            "schemas": {
                "Dog": {
                    "type": "object", "description": "A dog", "required": ["name", "age"],
                    "properties": {
                        "name": { "type": "string", "title": "Its name", "x-order": 1 },
                        "age": { "type": ["integer", "null"], "minimum": 0, "example": 3 },
                        "a strange: name!": { "const": "x, y" }
                    }
                }
            }
        }
    })
}

fn pulled(document: &Value) -> facts::Facts {
    openapi::facts(document, "v2").unwrap()
}

fn refusal(document: &Value) -> String {
    format!("{:#}", openapi::facts(document, "v2").unwrap_err())
}

fn with_keyword(schema: &Value) -> Value {
    let mut document = kennel();
    document["components"]["schemas"] = json!({ "Dog": true, "It": schema });
    document
}

const KENNEL: &str = r#"
contract v2
server https://dogs.example

operation listDogs GET /v2/dogs
  tag Dogs
  query breeds style=form explode=false: array
    []: string
  query limit: integer, minimum 1
  answer 200 application/json: array
    []: @Dog
  answer 200 header X-Left: integer
  answer 404 = Gone

operation addDog POST /v2/dogs
  open
  body required application/json: @Dog
  answer 204 empty

answer Gone
  text/plain: any

shape Dog: object
  ."a strange: name!": const "x, y"
  .age!: integer|null, minimum 0
  .name!: string
"#;

#[test]
fn a_document_becomes_sorted_facts_without_prose() {
    let text = facts::write(&pulled(&kennel()));
    let said: String =
        text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    assert_eq!(said, KENNEL);
}

#[test]
fn pulling_the_same_document_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("v2.facts");
    let first = settle(&file, &pulled(&kennel())).unwrap();
    assert_eq!(first, "v2: written for the first time (2 operations, 1 shapes)");
    let written = std::fs::read_to_string(&file).unwrap();
    let again = settle(&file, &pulled(&kennel())).unwrap();
    assert_eq!(again, "v2: nothing changed (2 operations, 1 shapes)");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), written);
}

#[test]
fn the_order_of_a_document_does_not_matter() {
    let mut shuffled = kennel();
    shuffled["components"]["schemas"]["Dog"]["required"] = json!(["age", "name"]);
    shuffled["paths"]["/v2/dogs"]["get"]["parameters"].as_array_mut().unwrap().reverse();
    assert_eq!(facts::write(&pulled(&shuffled)), facts::write(&pulled(&kennel())));
}

#[test]
fn changes_are_told_by_operation_and_field() {
    let mut new = kennel();
    let dog = &mut new["components"]["schemas"]["Dog"];
    dog["properties"]["age"] = json!({ "type": "integer", "minimum": 1 });
    dog["properties"]["tail"] = json!({ "type": "object", "properties": { "cm": { "type": "number" } } });
    dog["properties"].as_object_mut().unwrap().remove("a strange: name!");
    let dogs = new["paths"]["/v2/dogs"].as_object_mut().unwrap();
    dogs.remove("post");
    dogs["get"]["parameters"][1]["explode"] = json!(true);
    dogs["get"]["responses"].as_object_mut().unwrap().remove("404");
    dogs.insert("delete".into(), json!({ "operationId": "freeDogs", "responses": { "204": {} } }));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("v2.facts");
    settle(&file, &pulled(&kennel())).unwrap();
    let said = settle(&file, &pulled(&new)).unwrap();
    let want = [
        "v2: 8 changes",
        "operation freeDogs (DELETE /v2/dogs) is new: it needs a route in the twin, and a tool or an excuse",
        "operation listDogs (GET /v2/dogs): answer 404 is gone (it was: = Gone)",
        "operation listDogs (GET /v2/dogs): query breeds was: explode=false; is now: explode=true",
        "operation addDog (POST /v2/dogs) is gone: take its route, its client method and its tool away",
        "shape Dog (answered by listDogs): field a strange: name! is gone (it was: const \"x, y\")",
        "shape Dog (answered by listDogs): field age was: integer|null, minimum 0; is now: integer, minimum 1",
        "shape Dog (answered by listDogs): field tail is new: object",
        "shape Dog (answered by listDogs): field tail.cm is new: number",
    ];
    assert_eq!(said.lines().map(str::trim).collect::<Vec<_>>(), want);
}

#[test]
fn an_unknown_keyword_stops_the_pull_wherever_it_stands() {
    let places = [
        ("", "webhooks"),
        ("/paths/~1v2~1dogs", "servers"),
        ("/paths/~1v2~1dogs/get", "callbacks"),
        ("/paths/~1v2~1dogs/get/parameters/1", "allowReserved"),
        ("/paths/~1v2~1dogs/get/responses/200", "links"),
        ("/paths/~1v2~1dogs/post/requestBody/content/application~1json", "encoding"),
        ("/components", "pathItems"),
        ("/components/schemas/Dog", "patternProperties"),
        ("/components/schemas/Dog/properties/age", "multiplesOf"),
        ("/components/headers/Left", "content"),
    ];
    for (place, keyword) in places {
        let mut document = kennel();
        let map = document.pointer_mut(place).unwrap().as_object_mut().unwrap();
        map.insert(keyword.to_owned(), json!({ "a": 1 }));
        let said = refusal(&document);
        assert!(said.contains(&format!("`{keyword}`")), "{place}: {said}");
    }
}

#[test]
fn a_document_that_stops_the_pull_leaves_the_file_alone() {
    let folder = tempfile::tempdir().unwrap();
    let document = folder.path().join("odd.json");
    let mut odd = kennel();
    odd["webhooks"] = json!({});
    std::fs::write(&document, odd.to_string()).unwrap();
    let before = std::fs::read_to_string(Version::V2.file()).unwrap();
    let error = super::pull(document.to_str().unwrap(), Some(Version::V2)).unwrap_err();
    assert!(format!("{error:#}").contains("nothing was written"), "{error:#}");
    assert_eq!(std::fs::read_to_string(Version::V2.file()).unwrap(), before);
}

#[test]
fn every_keyword_survives_writing_and_reading() {
    let schemas = [
        json!({}),
        json!({ "type": ["integer", "string", "null"], "const": null, "default": [1, { "a": "b, c" }] }),
        json!({ "type": "string", "format": "date-time", "pattern": "^\\d+ \"x\": @y$", "minLength": 1, "maxLength": 2 }),
        json!({ "type": "number", "minimum": 0.5, "maximum": 9, "exclusiveMinimum": 0, "exclusiveMaximum": 10, "multipleOf": 2 }),
        json!({ "type": "array", "items": { "enum": ["a", null, 1, "= b"] }, "minItems": 1, "maxItems": 3, "uniqueItems": true }),
        json!({ "type": "object", "minProperties": 1, "maxProperties": 4, "additionalProperties": false,
                "dependentRequired": { "a b": ["c", "d"], "e": ["f"] }, "required": ["z"], "deprecated": true }),
        json!({ "additionalProperties": { "type": "string" }, "readOnly": true, "writeOnly": true }),
        json!({ "additionalProperties": true, "unevaluatedProperties": false }),
        json!({ "allOf": [{ "$ref": "#/components/schemas/Dog" }, { "properties": { "not": {}, "if:": {} } }] }),
        json!({ "anyOf": [{ "$ref": "#/components/schemas/Dog" }, { "type": "null" }] }),
        json!({ "oneOf": [{ "$ref": "#/components/schemas/Dog" }],
                "discriminator": { "propertyName": "kind", "mapping": { "BIG DOG": "#/components/schemas/Dog" } } }),
        json!({ "const": { "a": [1] }, "default": {} }),
        json!({ "if": { "not": { "required": ["a"] } }, "then": { "required": ["b"] }, "else": {} }),
    ];
    for schema in schemas {
        let facts = pulled(&with_keyword(&schema));
        let text = facts::write(&facts);
        let read = facts::read(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(read, facts, "{text}");
        assert_eq!(facts::write(&read), text);
        let kept = facts.shapes["It"].to_string().replace("#/$defs/", "#/components/schemas/");
        assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), schema, "nothing but prose is dropped");
    }
}

#[test]
fn nullable_becomes_a_type_list_in_3_0_and_is_unknown_in_3_1() {
    let mut document = with_keyword(&json!({ "type": "string", "nullable": true, "enum": ["a"] }));
    assert!(refusal(&document).contains("`nullable`"));
    document["openapi"] = json!("3.0.3");
    let it = pulled(&document).shapes["It"].clone();
    assert_eq!(it, json!({ "type": ["string", "null"], "enum": ["a", null] }));
    document["components"]["schemas"]["It"] = json!({ "type": "string", "nullable": false });
    assert_eq!(pulled(&document).shapes["It"], json!({ "type": "string" }));
    document["components"]["schemas"]["It"] = json!({ "nullable": true });
    assert!(refusal(&document).contains("beside no `type`"));
}

#[test]
fn values_of_the_wrong_kind_are_refused_with_their_place() {
    let wrong = [
        (json!({ "minimum": "1" }), "/components/schemas/It/minimum"),
        (json!({ "exclusiveMinimum": true }), "/components/schemas/It/exclusiveMinimum"),
        (json!({ "maxLength": -1 }), "/components/schemas/It/maxLength"),
        (json!({ "type": "decimal" }), "`decimal` is no JSON type"),
        (json!({ "items": false }), "/components/schemas/It/items"),
        (json!({ "enum": [] }), "/components/schemas/It/enum"),
        (json!({ "allOf": {} }), "/components/schemas/It/allOf"),
        (json!({ "unevaluatedProperties": {} }), "only true or false"),
        (json!({ "$ref": "#/components/schemas/Dog/properties/x" }), "does not point to a schema"),
        (json!({ "$ref": "other.json#/Dog" }), "does not point to a schema"),
        (json!({ "$ref": "#/components/schemas/Cat" }), "the shape Cat"),
    ];
    for (schema, want) in wrong {
        let said = refusal(&with_keyword(&schema));
        assert!(said.contains(want), "{schema}: {said}");
    }
}

#[test]
fn a_line_that_says_nothing_known_is_an_error_with_its_number() {
    let broken = [
        ("contract v2\nkennel x", "line 2: `kennel` begins no fact"),
        ("shape A: string", "line 0: no `contract` line"),
        ("contract v2\nshape A: text", "line 2: `text` is no type"),
        ("contract v2\nshape A: string, minimum", "line 2: a JSON value belongs here"),
        ("contract v2\nshape A: object\n   .a: string", "line 3: the indentation"),
        ("contract v2\nshape A: object\n    .a: string", "line 3: the indentation"),
        ("contract v2\nshape A: object\n  .a: string\n  .a: string", "line 4: `a` is said twice"),
        ("contract v2\nshape A: object\n  maybe b", "line 3: `maybe b` is no part of a shape"),
        ("contract v2\noperation a GET", "line 2: an operation is"),
        ("contract v2\noperation a GET /a\n  query b optional: string", "line 3: `optional` says nothing"),
    ];
    for (text, want) in broken {
        let said = facts::read(text).unwrap_err().to_string();
        assert!(said.starts_with(want), "{text}: {said}");
    }
}

#[test]
fn the_document_says_which_contract_it_is() {
    assert_eq!(openapi::version(&kennel()).unwrap(), Version::V2);
    let one = json!({ "paths": { "/dogs": {} }, "servers": [{ "url": "https://dogs.example/v1/" }] });
    assert_eq!(openapi::version(&one).unwrap(), Version::V1);
    let none = json!({ "paths": { "/dogs": {} } });
    assert!(openapi::version(&none).is_err());
}

#[test]
fn an_operation_is_shown_with_what_it_uses_and_nothing_else() {
    let mut document = kennel();
    document["components"]["schemas"]["Cat"] = json!({ "type": "string" });
    let about = super::uses::about(&pulled(&document), "addDog");
    let shapes: Vec<_> = about.shapes.keys().map(String::as_str).collect();
    assert_eq!((about.operations.len(), about.answers.len(), shapes), (1, 0, vec!["Dog"]));
}

#[test]
fn a_document_is_fetched_over_http() {
    use std::io::{Read, Write};
    let door = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/openapi.json", door.local_addr().unwrap());
    let host = std::thread::spawn(move || {
        let (mut guest, _) = door.accept().unwrap();
        let mut asked = [0; 4096];
        let length = guest.read(&mut asked).unwrap();
        let body = kennel().to_string();
        write!(guest, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
        String::from_utf8_lossy(&asked[..length]).into_owned()
    });
    assert_eq!(source::load(&address).unwrap(), kennel());
    assert!(host.join().unwrap().starts_with("GET /openapi.json HTTP/1.1"));
}

#[test]
fn the_facts_in_the_repository_are_in_the_present_form() {
    for version in [Version::V1, Version::V2] {
        let text = std::fs::read_to_string(version.file()).unwrap();
        assert_eq!(facts::write(&facts::read(&text).unwrap()), text);
    }
}

#[test]
fn whatever_becomes_of_the_seeds_the_law_holds() {
    seeds::keep(&[("openapi", law::any_document)], 256);
}
