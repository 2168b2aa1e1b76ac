//! The snippets of the READMEs are programs that the tests run.

#[cfg(test)]
mod tests {
    use crate::command::root;

    /// Between `README: begin` and `README: end` of a program, less its indentation, stands what the README shows.
    fn holds(program: &str, readme: &str) {
        let example = std::fs::read_to_string(root().join(program)).unwrap();
        let shown = std::fs::read_to_string(root().join(readme)).unwrap();
        let lines = example
            .lines()
            .skip_while(|line| !line.contains("README: begin"))
            .skip(1)
            .take_while(|line| !line.contains("README: end"));
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
}
