//! HTML under construction. Only literals of this program go in as they are; every other string is
//! escaped on the way in, so that no caller can forget to.

use super::text;

/// A piece of finished HTML.
#[derive(Clone, Debug, Default)]
pub struct Html(String);

impl Html {
    /// Markup written in this program.
    pub fn raw(&mut self, literal: &'static str) {
        self.0.push_str(literal);
    }

    /// Anything else, through [`Put`].
    pub fn value(&mut self, value: impl Put) {
        value.put(self);
    }

    /// The text so far.
    pub fn into_string(self) -> String {
        self.0
    }

    /// Whether nothing was put in yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Something that can be put into HTML safely, as text or inside a quoted attribute.
pub trait Put {
    /// Appends itself.
    fn put(self, html: &mut Html);
}

impl Put for &str {
    fn put(self, html: &mut Html) {
        for c in self.chars() {
            match c {
                '&' => html.0.push_str("&amp;"),
                '<' => html.0.push_str("&lt;"),
                '>' => html.0.push_str("&gt;"),
                '"' => html.0.push_str("&quot;"),
                '\'' => html.0.push_str("&#39;"),
                // Control characters are no text; line breaks and tabs stay.
                c if c.is_control() && !matches!(c, '\n' | '\t') => html.0.push('\u{fffd}'),
                // Marks that turn the direction of text could make a name pass for another.
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => html.0.push('\u{fffd}'),
                c => html.0.push(c),
            }
        }
    }
}

impl Put for &String {
    fn put(self, html: &mut Html) {
        self.as_str().put(html);
    }
}

impl Put for String {
    fn put(self, html: &mut Html) {
        self.as_str().put(html);
    }
}

impl Put for usize {
    fn put(self, html: &mut Html) {
        html.0.push_str(&self.to_string());
    }
}

/// A coordinate: four decimals at most, 0 where it is not finite.
impl Put for f64 {
    fn put(self, html: &mut Html) {
        html.0.push_str(&text::coordinate(self));
    }
}

impl Put for Html {
    fn put(self, html: &mut Html) {
        html.0.push_str(&self.0);
    }
}

impl Put for &Html {
    fn put(self, html: &mut Html) {
        html.0.push_str(&self.0);
    }
}

/// Six numbers of an SVG matrix.
impl Put for [f64; 6] {
    fn put(self, html: &mut Html) {
        for (i, value) in self.into_iter().enumerate() {
            if i > 0 {
                html.0.push(' ');
            }
            value.put(html);
        }
    }
}

/// `put!(html; "<b>", name, "</b>")`: literals go in as they are, values through [`Put`].
macro_rules! put {
    (@ $html:expr;) => {};
    (@ $html:expr; $literal:literal $(, $($rest:tt)*)?) => {
        $html.raw($literal);
        $($crate::report::markup::put!(@ $html; $($rest)*);)?
    };
    (@ $html:expr; $value:expr $(, $($rest:tt)*)?) => {
        $html.value($value);
        $($crate::report::markup::put!(@ $html; $($rest)*);)?
    };
    ($html:expr; $($parts:tt)*) => {{
        $crate::report::markup::put!(@ $html; $($parts)*);
    }};
}
pub(super) use put;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_literals_are_not() {
        let mut html = Html::default();
        let name = "<script>\"&'\u{0}\u{202e}é\n";
        put!(html; "<b title=\"", name, "\">", name.to_owned(), name.len(), "</b>");
        let escaped = "&lt;script&gt;&quot;&amp;&#39;\u{fffd}\u{fffd}é\n";
        assert_eq!(
            html.into_string(),
            format!("<b title=\"{escaped}\">{escaped}{}</b>", name.len())
        );
    }

    #[test]
    fn numbers_never_break_markup() {
        let mut html = Html::default();
        let half = 1.5;
        put!(html; f64::NAN, " ", f64::INFINITY, " ", half, " ", [1.0, -0.00001, 0.25, 1e9, f64::NEG_INFINITY, 2.0]);
        assert_eq!(html.into_string(), "0 0 1.5 1 0 0.25 1000000000 0 2");
    }
}
