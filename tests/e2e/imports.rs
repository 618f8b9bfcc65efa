//! Who may import whom: the dependency graph is the architecture, so it is held by a test.

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
fn the_domain_is_pure_and_so_is_mail() {
    let all = dependencies();
    for package in ["domain", "mail"] {
        let impure = all[package].iter().find(|name| {
            ["tokio", "tracing", "http", "futures", "getrandom", "aws"].contains(&name.as_str())
                || name.starts_with("lambda")
        });
        assert_eq!(impure, None, "{package}");
    }
    assert!(!all["aws"].contains("mail"), "aws never imports mail");
}

#[test]
fn no_function_imports_another() {
    let (all, functions) = (dependencies(), functions());
    for function in &functions {
        let other = all[function].intersection(&functions).next();
        assert_eq!(other, None, "{function}");
    }
    for (package, dependencies) in &all {
        let function = dependencies.intersection(&functions).next();
        assert!(function.is_none() || package == "local", "{package} depends on {function:?}");
    }
}

#[test]
fn only_these_functions_know_mail() {
    for function in functions() {
        let may = ["api", "sender", "inbound", "mailbox", "console"].contains(&function.as_str());
        assert!(may || !dependencies()[&function].contains("mail"), "{function}");
    }
}
