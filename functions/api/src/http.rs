//! HTTP, the part that all operations share: the caller, inputs, answers, problems, and the document of it all.

use std::sync::Arc;

use axum::{Router, middleware};

use crate::App;

pub(crate) mod access;
pub(crate) mod body;
pub(crate) mod caller;
pub(crate) mod cursor;
pub(crate) mod document;
pub(crate) mod observe;
pub(crate) mod once;
pub(crate) mod page;
pub(crate) mod path;
pub(crate) mod problem;
pub(crate) mod routing;
pub(crate) mod schema;

/// The largest request, in bytes: what Lambda takes.
pub(crate) const MAX_REQUEST: usize = 6 * 1024 * 1024;

/// All routes, with the answers for what is no route.
pub(crate) fn router(app: App) -> Router {
    let app = Arc::new(app);
    let routes = routing::router(&app)
        .fallback(problem::no_such_route)
        .method_not_allowed_fallback(problem::no_such_method)
        .with_state(app);
    // Around all routes as one: a layer of their own router would be made anew for each of them at every start.
    Router::new().fallback_service(routes).layer(middleware::from_fn(observe::observe))
}
