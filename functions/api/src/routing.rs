//! All routes, in one list for two readers: the router, which every cold start makes, and the OpenAPI document, which is
//! made when somebody asks for it. The document takes four times as long as all the rest of a start.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use utoipa::Path;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::{PathItemExt, paste};

use crate::{App, document, routes};

/// Names the handlers of each module. Where they stand, `utoipa::path` says beside each.
macro_rules! all {
    ($($module:ident { $($handler:ident),+ })+) => {
        /// Every route with its handler.
        pub(crate) fn router() -> Router<Arc<App>> {
            let router = Router::new();
            $($(let router = route::<paste! { routes::$module::[<__path_ $handler>] }, _, _>(router, routes::$module::$handler);)+)+
            router
        }

        /// What is said of every route.
        pub fn openapi() -> OpenApi {
            let document: OpenApiRouter<Arc<App>> = OpenApiRouter::with_openapi(document::base());
            $($(let document = document.routes(utoipa_axum::routes!(routes::$module::$handler));)+)+
            document.into_openapi()
        }
    };
}

all! {
    me { me }
    settings { get, put }
    list { list }
    messages { create, get, patch, delete }
    sending { send, resolve }
    schedule { put, delete }
    reminders { put, delete }
    cards { list, dismiss, snooze, undo, phone_call }
    records { find, put, get, patch, delete }
    activities { list, create }
    consent { get }
    people { export, erase }
    templates { list, create, get, put, delete, render }
    images { list, create, get, delete }
    delivery_time { get }
    suppressions { list, get, delete }
    tracking { get, put }
    timeline { timeline }
    attachments { create, get, patch, delete }
    document { openapi_json }
}

/// Puts a handler where its documentation says.
fn route<P: Path, H: Handler<T, Arc<App>>, T: 'static>(router: Router<Arc<App>>, handler: H) -> Router<Arc<App>> {
    let filters = P::methods().into_iter().map(|method| method.to_method_filter());
    match filters.reduce(MethodFilter::or) {
        Some(filter) => router.route(&P::path(), on(filter, handler)),
        None => router,
    }
}
