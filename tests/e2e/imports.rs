//! Who may import whom: the dependency graph is the architecture, so a test holds every arrow.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// The normal dependencies of every package of the workspace.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let normal = |package: &cargo_metadata::Package| {
        let normal = package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
        normal.map(|dependency| dependency.name.clone()).collect()
    };
    metadata.packages.iter().map(|package| (package.name.to_string(), normal(package))).collect()
}

fn functions() -> BTreeSet<String> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../functions");
    std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Every arrow between our own crates, except those of `local` and the tests, which may import all.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("mail", &["domain"]),
    ("aws", &["domain"]),
    ("desk", &["aws", "domain", "mail"]),
    // Fronts: doors for people and systems.
    ("api", &["aws", "desk", "domain"]),
    ("inbound", &["aws", "desk", "domain"]),
    // The hot path and the workers never see the desk.
    ("admin", &["aws", "domain"]),
    ("download", &["aws", "domain"]),
    ("feedback", &["aws", "domain"]),
    ("image", &["aws", "domain"]),
    ("pixel", &["aws", "domain"]),
    ("recorder", &["aws", "domain"]),
    ("redirect", &["aws", "domain"]),
    ("reminder", &["aws", "domain"]),
    ("scheduler", &["aws", "domain"]),
    ("sender", &["aws", "domain", "mail"]),
];

#[test]
fn every_arrow_between_our_crates_is_named_here() {
    let all = dependencies();
    let ours: BTreeSet<String> = all.keys().cloned().collect();
    let named: BTreeMap<&str, BTreeSet<&str>> =
        ARROWS.iter().map(|(from, to)| (*from, to.iter().copied().collect())).collect();
    for (package, dependencies) in &all {
        if ["local", "e2e", "hello"].contains(&package.as_str()) {
            continue;
        }
        let arrows: BTreeSet<&str> = dependencies.intersection(&ours).map(String::as_str).collect();
        assert_eq!(named.get(package.as_str()), Some(&arrows), "{package}");
    }
    for name in named.keys() {
        assert!(ours.contains(*name), "{name} is no crate any more");
    }
}

#[test]
fn only_local_and_the_tests_import_functions() {
    let functions = functions();
    for (package, dependencies) in dependencies() {
        let function = dependencies.intersection(&functions).next();
        assert!(function.is_none() || ["local", "e2e"].contains(&package.as_str()), "{package} imports {function:?}");
    }
}

#[test]
fn only_aws_and_the_local_cloud_know_an_sdk() {
    for (package, dependencies) in dependencies() {
        let sdk = dependencies.iter().find(|name| name.starts_with("aws-sdk-") || name.starts_with("aws-smithy-"));
        assert!(sdk.is_none() || ["aws", "local"].contains(&package.as_str()), "{package} depends on {sdk:?}");
    }
}

#[test]
fn only_mail_knows_the_mail_and_html_libraries() {
    for (package, dependencies) in dependencies() {
        let library = ["mail-builder", "lol_html"].into_iter().find(|name| dependencies.contains(*name));
        assert!(library.is_none() || package == "mail", "{package} depends on {library:?}");
    }
}

#[test]
fn the_domain_and_mail_are_pure() {
    let all = dependencies();
    for package in ["domain", "mail"] {
        let impure = all[package].iter().find(|name| {
            ["tokio", "tracing", "http", "futures", "getrandom"].contains(&name.as_str()) || name.starts_with("lambda")
        });
        assert_eq!(impure, None, "{package}");
    }
}

#[test]
fn the_desk_knows_no_http_and_no_json() {
    let all = dependencies();
    let door = all["desk"].iter().find(|name| {
        ["axum", "http", "utoipa", "serde_json", "lambda_http"].contains(&name.as_str()) || name.starts_with("tower")
    });
    assert_eq!(door, None);
}
