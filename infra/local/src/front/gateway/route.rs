//! Routes: which function answers a method and a path.

use std::collections::BTreeMap;

use http::Method;
use percent_encoding::percent_decode_str;

use crate::front::function::Function;

/// One route of the API.
#[derive(Clone)]
pub struct Route {
    method: &'static str,
    path: &'static str,
    /// Who answers.
    pub(super) function: Function,
}

impl Route {
    /// A route for a method or `ANY`, and a path whose segments may be `{name}` or, at its end, `{name+}` for all that follows.
    pub fn new(method: &'static str, path: &'static str, function: Function) -> Self {
        Self { method, path, function }
    }

    /// The route key, as in `GET /o/{token}`.
    pub(super) fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn takes(&self, method: &Method) -> bool {
        self.method == "ANY" || self.method == method.as_str()
    }

    /// API Gateway prefers a path without variables, then without a greedy one, then the named method.
    fn rank(&self) -> (bool, usize, bool) {
        (self.path.contains("+}"), self.path.matches('{').count(), self.method == "ANY")
    }
}

/// The values of a route's variables.
pub(super) type Parameters = BTreeMap<String, String>;

/// The best route for a request, with the values of its variables.
pub(super) fn find<'a>(routes: &'a [Route], method: &Method, path: &str) -> Option<(&'a Route, Parameters)> {
    let matching = routes.iter().filter(|route| route.takes(method));
    let matching = matching.filter_map(|route| Some((route, parameters(route.path, path)?)));
    matching.min_by_key(|(route, _)| route.rank())
}

fn parameters(pattern: &str, path: &str) -> Option<Parameters> {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    let mut found = Parameters::new();
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return Some(found),
            (Some(expected), Some(segment)) => match variable(expected) {
                Some((name, true)) => {
                    let rest: Vec<&str> = [segment].into_iter().chain(path).collect();
                    found.insert(name.to_owned(), decoded(&rest.join("/")));
                    return Some(found);
                }
                Some((name, false)) if !segment.is_empty() => {
                    found.insert(name.to_owned(), decoded(segment));
                }
                None if expected == segment => {}
                _ => return None,
            },
            _ => return None,
        }
    }
}

/// The name in `{name}` or `{name+}`, and whether it takes all that follows.
fn variable(segment: &str) -> Option<(&str, bool)> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    Some(name.strip_suffix('+').map_or((name, false), |name| (name, true)))
}

pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::function::function;

    fn found(method: &Method, path: &str) -> Option<(String, Parameters)> {
        let route = |method, path| Route::new(method, path, function(|event| async { Ok(event) }));
        let routes =
            [route("ANY", "/v1/{proxy+}"), route("GET", "/v1/{id}"), route("ANY", "/v1/{id}"), route("GET", "/v1/me")];
        find(&routes, method, path).map(|(route, parameters)| (route.key(), parameters))
    }

    fn one(name: &str, value: &str) -> Parameters {
        Parameters::from([(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn the_most_exact_route_answers() {
        assert_eq!(found(&Method::GET, "/v1/me"), Some(("GET /v1/me".into(), Parameters::new())));
        assert_eq!(found(&Method::GET, "/v1/%C3%A4"), Some(("GET /v1/{id}".into(), one("id", "ä"))));
        assert_eq!(found(&Method::PUT, "/v1/a"), Some(("ANY /v1/{id}".into(), one("id", "a"))));
        assert_eq!(found(&Method::GET, "/v1/a/b/c"), Some(("ANY /v1/{proxy+}".into(), one("proxy", "a/b/c"))));
        assert_eq!(found(&Method::GET, "/v2/a"), None);
        assert_eq!(found(&Method::GET, "/"), None);
    }
}
