//! A line in a square with two logarithmic axes, as SVG.

use std::fmt::Write;

/// Length of an axis.
const SIDE: f64 = 320.0;
/// Room for words around it.
const MARGIN: f64 = 60.0;

/// Draws points (x, y), all greater than zero, and a thin line of what grows as `x` does.
pub fn draw(title: &str, (across, up): (&str, &str), points: &[(f64, f64)]) -> String {
    let (xs, ys) = (Axis::over(points.iter().map(|p| p.0)), Axis::over(points.iter().map(|p| p.1)));
    let place = |(x, y): (f64, f64)| (MARGIN + xs.at(x) * SIDE, MARGIN + (1.0 - ys.at(y)) * SIDE);
    let whole = SIDE + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole} {whole}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{whole}\" height=\"{whole}\" fill=\"white\"/>\n\
         <rect x=\"{MARGIN}\" y=\"{MARGIN}\" width=\"{SIDE}\" height=\"{SIDE}\" fill=\"none\" stroke=\"#888\"/>\n\
         <text x=\"{MARGIN}\" y=\"30\" font-size=\"14\">{title}</text>\n\
         <text x=\"{MARGIN}\" y=\"48\" fill=\"#555\">{up}</text>\n\
         <text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#555\">{across}</text>\n",
        MARGIN + SIDE,
        whole - 15.0,
    );
    let line = |svg: &mut String, places: &[(f64, f64)], style: &str| {
        let places: Vec<_> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(svg, "<polyline points=\"{}\" fill=\"none\" {style}/>", places.join(" "));
    };
    if let Some((x, y)) = points.last() {
        let linear = [xs.low.max(x * ys.low / y), *x].map(|at| place((at, y * at / x)));
        line(&mut svg, &linear, "stroke=\"#bbb\" stroke-dasharray=\"4\"");
    }
    let places: Vec<_> = points.iter().copied().map(place).collect();
    line(&mut svg, &places, "stroke=\"#5b2fc9\" stroke-width=\"2\"");
    for ((x, y), (left, top)) in points.iter().zip(&places) {
        let _ = writeln!(
            svg,
            "<circle cx=\"{left:.1}\" cy=\"{top:.1}\" r=\"3\" fill=\"#5b2fc9\"/>\n\
             <text x=\"{left:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#555\">{x}</text>\n\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{y:.2}</text>",
            MARGIN + SIDE + 15.0,
            left,
            top - 8.0,
        );
    }
    svg + "</svg>\n"
}

/// Powers of ten around some values.
struct Axis {
    low: f64,
    decades: f64,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64> + Clone) -> Self {
        let low = values.clone().fold(f64::MAX, f64::min).log10().floor();
        let high = values.fold(f64::MIN_POSITIVE, f64::max).log10().ceil();
        Self { low: 10f64.powf(low), decades: (high - low).max(1.0) }
    }

    /// From 0 at the low end to 1 at the high one.
    fn at(&self, value: f64) -> f64 {
        (value / self.low).log10() / self.decades
    }
}
