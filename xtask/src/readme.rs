//! The snippets of the READMEs are programs that the tests run.

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
}
