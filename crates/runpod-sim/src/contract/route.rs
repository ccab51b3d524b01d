//! From a method and a path to an operation.

use http::Method;
use percent_encoding::percent_decode_str;

use super::Operation;

/// Where a request leads.
#[derive(Debug)]
pub enum Route<'a> {
    /// To an operation.
    Found {
        /// The operation.
        operation: &'a Operation,
        /// Path parameters in order, percent-decoded; bytes that are no UTF-8 became U+FFFD.
        params: Vec<(String, String)>,
    },
    /// To a path that has other methods.
    WrongMethod {
        /// The methods the path has, sorted by name: the value of the `Allow` header.
        allow: Vec<Method>,
    },
    /// To no path of the contract.
    Nothing,
}

/// The path templates, each with its operations.
#[derive(Debug)]
pub(super) struct Paths(Vec<Template>);

#[derive(Debug)]
struct Template {
    segments: Vec<Segment>,
    /// Positions in the list of operations.
    operations: Vec<usize>,
}

#[derive(Debug, PartialEq)]
enum Segment {
    Literal(String),
    Parameter(String),
}

impl Paths {
    pub(super) fn new(operations: &[Operation]) -> Self {
        let mut templates: Vec<Template> = Vec::new();
        for (nth, one) in operations.iter().enumerate() {
            let segments: Vec<_> = one.path().split('/').skip(1).map(Segment::new).collect();
            match templates.iter_mut().find(|known| known.segments == segments) {
                Some(known) => known.operations.push(nth),
                None => templates.push(Template { segments, operations: vec![nth] }),
            }
        }
        Self(templates)
    }

    pub(super) fn find<'a>(&self, operations: &'a [Operation], method: &Method, path: &str) -> Route<'a> {
        let Some(path) = path.strip_prefix('/') else { return Route::Nothing };
        let segments: Vec<_> = path.split('/').collect();
        let fitting = self.0.iter().filter(|template| template.fits(&segments));
        let Some(template) = fitting.max_by_key(|template| template.literals()) else {
            return Route::Nothing;
        };
        let mut here = template.operations.iter().filter_map(|nth| operations.get(*nth));
        match here.clone().find(|one| one.method() == method) {
            Some(operation) => Route::Found { operation, params: template.params(&segments) },
            None => {
                let mut allow: Vec<_> = here.by_ref().map(|one| one.method().clone()).collect();
                allow.sort_by(|a, b| a.as_str().cmp(b.as_str()));
                Route::WrongMethod { allow }
            }
        }
    }
}

impl Template {
    fn fits(&self, segments: &[&str]) -> bool {
        self.segments.len() == segments.len()
            && self.segments.iter().zip(segments).all(|(own, got)| match own {
                Segment::Literal(text) => percent_decode_str(got).decode_utf8_lossy() == text.as_str(),
                Segment::Parameter(_) => !got.is_empty(),
            })
    }

    /// Which positions are literal; the greater list is the more particular template.
    fn literals(&self) -> Vec<bool> {
        self.segments.iter().map(|own| matches!(own, Segment::Literal(_))).collect()
    }

    fn params(&self, segments: &[&str]) -> Vec<(String, String)> {
        let pairs = self.segments.iter().zip(segments);
        pairs
            .filter_map(|(own, got)| match own {
                Segment::Parameter(name) => Some((name.clone(), decoded(got))),
                Segment::Literal(_) => None,
            })
            .collect()
    }
}

impl Segment {
    fn new(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(name) => Self::Parameter(name.to_owned()),
            None => Self::Literal(text.to_owned()),
        }
    }
}

fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}
