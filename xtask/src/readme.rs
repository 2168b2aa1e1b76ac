//! The documentation is held to the code: snippets are programs that the tests run, links and includes lead somewhere.

#[cfg(test)]
mod tests {
    use crate::command::root;

    /// Between `ANCHOR: quickstart` and `ANCHOR_END: quickstart` of a program, less its indentation, stands what the README shows.
    fn holds(program: &str, readme: &str) {
        let example = std::fs::read_to_string(root().join(program)).unwrap();
        let shown = std::fs::read_to_string(root().join(readme)).unwrap();
        let lines = example
            .lines()
            .skip_while(|line| !line.contains("ANCHOR: quickstart"))
            .skip(1)
            .take_while(|line| !line.contains("ANCHOR_END: quickstart"));
        let indent = if program.ends_with(".rs") { "    " } else { "" };
        let snippet: Vec<&str> = lines.map(|line| line.strip_prefix(indent).unwrap_or(line)).collect();
        assert!((5..=15).contains(&snippet.len()), "{program}: {} lines", snippet.len());
        assert!(
            shown.contains(&snippet.join("\n")),
            "{readme} does not hold:\n{}",
            snippet.join("\n")
        );
    }

    #[test]
    fn the_rust_snippet_is_the_example() {
        holds("examples/rust/src/main.rs", "README.md");
    }

    #[test]
    fn the_swift_snippet_is_the_quick_start() {
        holds("bindings/swift/QuickStart/main.swift", "bindings/swift/README.md");
    }

    #[test]
    fn the_printed_similarities_are_the_scenarios() {
        let expected = std::fs::read_to_string(root().join("bindings/scenario/expected.json")).unwrap();
        let number = |text: &str, after: &str| -> f64 {
            let rest = text.split_once(after).unwrap().1.trim_start();
            rest.split([' ', ',', '\n']).next().unwrap().parse().unwrap()
        };
        let similarity = number(&expected, "\"compare.similarity\":");
        for readme in ["bindings/swift/README.md", "bindings/dart/README.md"] {
            let shown = std::fs::read_to_string(root().join(readme)).unwrap();
            let printed = number(&shown, "\nsimilarity: ");
            assert!(
                (printed - similarity).abs() < 1e-7,
                "{readme} prints {printed}; the scenario says {similarity}"
            );
        }
    }

    /// Every Markdown file of the guide.
    fn guide() -> Vec<std::path::PathBuf> {
        let source = root().join("docs/guide/src");
        let folders = [source.join("start"), source];
        let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
        files
            .map(|file| file.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
            .collect()
    }

    /// What stands between `before` and `after`, each time.
    fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
        let parts = text.split(before).skip(1);
        parts.filter_map(|part| part.split(after).next()).collect()
    }

    #[test]
    fn what_the_guide_includes_is_there() {
        let mut includes = 0;
        for page in guide() {
            let text = std::fs::read_to_string(&page).unwrap();
            for include in between(&text, "{{#include ", "}}") {
                let (file, anchor) = include.split_once(':').unwrap();
                let included = std::fs::read_to_string(page.parent().unwrap().join(file))
                    .unwrap_or_else(|error| panic!("{}: {file}: {error}", page.display()));
                for mark in ["ANCHOR: ", "ANCHOR_END: "] {
                    assert!(
                        included.contains(&format!("{mark}{anchor}")),
                        "{file} has no {mark}{anchor}"
                    );
                }
                includes += 1;
            }
        }
        assert!(includes >= 5, "a quick start for each language, not {includes}");
    }

    #[test]
    fn the_links_of_docs_lead_somewhere() {
        let mut pages = guide();
        for page in [
            "README.md",
            "ARCHITECTURE.md",
            "CONTRIBUTING.md",
            "crates/cli/README.md",
            "crates/roi/README.md",
        ] {
            pages.push(root().join(page));
        }
        let summary = std::fs::read_to_string(root().join("docs/guide/src/SUMMARY.md")).unwrap();
        for page in pages {
            let text = std::fs::read_to_string(&page).unwrap();
            for link in between(&text, "](", ")") {
                let file = link.split('#').next().unwrap();
                let there = file.is_empty() || link.contains("://") || page.parent().unwrap().join(file).exists();
                assert!(there, "{}: {link} leads nowhere", page.display());
            }
            let name = page.file_name().unwrap().to_str().unwrap();
            let of_the_guide = page.starts_with(root().join("docs/guide")) && name != "SUMMARY.md";
            assert!(!of_the_guide || summary.contains(name), "{name} is not in SUMMARY.md");
        }
    }
}
