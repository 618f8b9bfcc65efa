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

use super::document;
use crate::App;
use crate::messages::{attachments, check, drafts, list, reminder, replies, schedule, sending, timeline, tracking};
use crate::records::consent;
use crate::{activities, cards, delivery_time, images, me, people, records, settings, suppressions, templates};

/// Lists the handlers of each module. The `utoipa::path` of a handler tells its path and method.
macro_rules! all {
    ($($module:ident { $($handler:ident),+ })+) => {
        /// Every route with its handler.
        pub(crate) fn router() -> Router<Arc<App>> {
            let router = Router::new();
            $($(let router = route::<paste! { $module::[<__path_ $handler>] }, _, _>(router, $module::$handler);)+)+
            router
        }

        /// The OpenAPI document of every route.
        pub fn openapi() -> OpenApi {
            let document: OpenApiRouter<Arc<App>> = OpenApiRouter::with_openapi(document::base());
            $($(let document = document.routes(utoipa_axum::routes!($module::$handler));)+)+
            document::described(document.into_openapi())
        }
    };
}

all! {
    me { get }
    settings { get, patch, put }
    list { list }
    drafts { create, get, patch, delete }
    check { post }
    sending { send, resolve }
    schedule { put, delete }
    reminder { put, delete }
    tracking { get, put }
    timeline { get }
    replies { get }
    attachments { list, create, get, patch, delete }
    cards { list, get, dismiss, snooze, undo, phone_call }
    records { find, put, get, patch, delete }
    activities { list, create }
    consent { get }
    people { export, erase }
    delivery_time { get }
    templates { list, create, get, put, delete, render }
    images { list, create, get, delete }
    suppressions { list, get, delete }
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
