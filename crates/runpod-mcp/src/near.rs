//! What somebody probably meant who wrote a name that does not exist.

/// The names nearest to a word, best first, when they are near enough to be a slip of the pen; at most three.
pub(crate) fn to(word: &str, names: impl IntoIterator<Item = &'static str>) -> Vec<&'static str> {
    let mut near: Vec<_> = names
        .into_iter()
        .map(|name| (distance(name, word), name))
        .filter(|(distance, _)| is_slip(*distance, word))
        .collect();
    near.sort_unstable();
    let best = near.first().map_or(0, |(distance, _)| *distance);
    near.into_iter().take_while(|(distance, _)| *distance <= best + 1).take(3).map(|(_, name)| name).collect()
}

/// Whether so many edits of a word are a slip.
pub(crate) fn is_slip(distance: usize, word: &str) -> bool {
    distance <= 1 + word.len() / 4
}

/// Edit distance with case, underscores and dashes folded, so that `pod_id` is near `podId`.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let fold = |text: &str| -> Vec<char> {
        text.chars().filter(|c| !matches!(c, '_' | '-')).take(60).map(|c| c.to_ascii_lowercase()).collect()
    };
    let (a, b) = (fold(a), fold(b));
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let next: Vec<usize> = b
            .iter()
            .zip(row.iter().skip(1))
            .map(|(y, &above)| {
                let here = (diagonal + usize::from(x != y)).min(left + 1).min(above + 1);
                diagonal = above;
                left = here;
                here
            })
            .collect();
        row.clear();
        row.push(i + 1);
        row.extend(next);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let names = ["list-pods", "list-endpoints", "get-pod", "create-pod"];
        assert_eq!(to("list_pods", names), ["list-pods"]);
        assert_eq!(to("listPod", names), ["list-pods"]);
        assert_eq!(to("creat-pod", names), ["create-pod"]);
        assert!(to("launch-rocket", names).is_empty());
    }
}
