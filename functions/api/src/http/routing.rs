//! All routes, in one list for two readers: the router, which every cold start makes, and the OpenAPI document, which is
//! made when somebody asks for it. The document takes four times as long as all the rest of a start.

use std::sync::Arc;

use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use axum::{Router, middleware};
use domain::team::permission::Permission;
use utoipa::Path;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::{PathItemExt, paste};

use super::access::{self, Access};
use super::document::{self, DocumentedRoute};
use crate::App;
use crate::messages::{
    attachments, check, drafts, list, owner, reminder, replies, schedule, sending, timeline, tracking,
};
use crate::records::{batch, consent};
use crate::{activities, api_keys, audit, cards, delivery_time, images, me, people, records, settings, suppressions};
use crate::{templates, users};

/// Lists the handlers of each module, each with whom it lets in. The `utoipa::path` of a handler tells its path and method.
macro_rules! all {
    ($($module:ident { $($handler:ident: $access:expr),+ $(,)? })+) => {
        /// Every route with its handler.
        pub(crate) fn router(app: &Arc<App>) -> Router<Arc<App>> {
            let router = Router::new();
            $($(let router = route::<paste! { $module::[<__path_ $handler>] }, _, _>(
                router,
                $module::$handler,
                app,
                $access,
            );)+)+
            router
        }

        /// Every route with whom it lets in.
        pub(crate) fn routes() -> Vec<DocumentedRoute> {
            vec![$($(DocumentedRoute::of::<paste! { $module::[<__path_ $handler>] }>($access)),+),+]
        }

        /// The OpenAPI document of every route.
        pub fn openapi() -> OpenApi {
            let document: OpenApiRouter<Arc<App>> = OpenApiRouter::with_openapi(document::base());
            $($(let document = document.routes(utoipa_axum::routes!($module::$handler));)+)+
            document::described(document.into_openapi(), &routes())
        }
    };
}

use Access::{AnyKey, May, Public};
use Permission as P;

all! {
    me { get: AnyKey, patch_me: AnyKey }
    users {
        list: May(P::UsersRead),
        create: May(P::UsersWrite),
        get: May(P::UsersRead),
        patch_user: May(P::UsersWrite),
        deactivate: May(P::UsersWrite),
    }
    api_keys { list: May(P::KeysRead), create: May(P::KeysWrite), delete: May(P::KeysWrite) }
    audit { list: May(P::AuditRead) }
    settings { get: May(P::SettingsRead), patch: May(P::SettingsWrite), put: May(P::SettingsWrite) }
    list { list: May(P::MessagesRead) }
    drafts {
        create: May(P::MessagesWrite),
        get: May(P::MessagesRead),
        patch: May(P::MessagesWrite),
        delete: May(P::MessagesWrite),
    }
    check { post: May(P::MessagesRead) }
    sending { send: May(P::MessagesWrite), resolve: May(P::MessagesWrite) }
    owner { reassign: May(P::MessagesReassign) }
    schedule { put: May(P::MessagesWrite), delete: May(P::MessagesWrite) }
    reminder { put: May(P::MessagesWrite), delete: May(P::MessagesWrite) }
    tracking { get: May(P::MessagesRead), put: May(P::MessagesWrite) }
    timeline { get: May(P::MessagesRead) }
    replies { get: May(P::MessagesRead) }
    attachments {
        list: May(P::MessagesRead),
        create: May(P::MessagesWrite),
        get: May(P::MessagesRead),
        patch: May(P::MessagesWrite),
        delete: May(P::MessagesWrite),
    }
    cards {
        list: May(P::CardsRead),
        get: May(P::CardsRead),
        dismiss: May(P::CardsWrite),
        snooze: May(P::CardsWrite),
        undo: May(P::CardsWrite),
        phone_call: May(P::CardsWrite),
    }
    records {
        find: May(P::RecordsRead),
        put: May(P::RecordsWrite),
        get: May(P::RecordsRead),
        patch: May(P::RecordsWrite),
        delete: May(P::RecordsWrite),
        kpis: May(P::RecordsRead),
    }
    batch { create: May(P::RecordsWrite) }
    activities {
        list: May(P::RecordsRead),
        create: May(P::RecordsWrite),
        tasks: May(P::RecordsRead),
        get: May(P::RecordsRead),
        patch: May(P::RecordsWrite),
        delete: May(P::RecordsWrite),
    }
    consent { get: May(P::RecordsRead) }
    people { export: May(P::PeopleExport), erase: May(P::PeopleErase) }
    delivery_time { get: May(P::MessagesRead) }
    templates {
        list: May(P::TemplatesRead),
        create: May(P::TemplatesWrite),
        get: May(P::TemplatesRead),
        put: May(P::TemplatesWrite),
        patch: May(P::TemplatesWrite),
        languages: May(P::TemplatesRead),
        delete: May(P::TemplatesWrite),
        render: May(P::TemplatesRead),
    }
    images {
        list: May(P::ImagesRead),
        create: May(P::ImagesWrite),
        get: May(P::ImagesRead),
        delete: May(P::ImagesWrite),
    }
    suppressions {
        list: May(P::SuppressionsRead),
        get: May(P::SuppressionsRead),
        delete: May(P::SuppressionsWrite),
    }
    document { openapi_json: Public }
}

/// Puts a handler where its documentation says, behind its door.
fn route<P: Path, H: Handler<T, Arc<App>>, T: 'static>(
    router: Router<Arc<App>>,
    handler: H,
    app: &Arc<App>,
    access: Access,
) -> Router<Arc<App>> {
    let filters = P::methods().into_iter().map(|method| method.to_method_filter());
    let Some(filter) = filters.reduce(MethodFilter::or) else { return router };
    if access == Access::Public {
        return router.route(&P::path(), on(filter, handler));
    }
    let door = middleware::from_fn_with_state((Arc::clone(app), access), access::admit);
    router.route(&P::path(), on(filter, handler.layer(door)))
}
