//! The README's snippet is the example that the tests run.

#[cfg(test)]
mod tests {
    use crate::command::root;

    #[test]
    fn the_snippet_is_the_example() {
        let example = std::fs::read_to_string(root().join("examples/rust/src/main.rs")).unwrap();
        let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
        let lines = example
            .lines()
            .skip_while(|line| !line.contains("README: begin"))
            .skip(1);
        let snippet: Vec<&str> = lines
            .take_while(|line| !line.contains("README: end"))
            .map(|line| line.strip_prefix("    ").unwrap_or(line))
            .collect();
        assert!((5..=15).contains(&snippet.len()), "{} lines", snippet.len());
        assert!(
            readme.contains(&snippet.join("\n")),
            "README.md does not hold:\n{}",
            snippet.join("\n")
        );
    }
}
