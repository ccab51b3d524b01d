//! Brackets that are open, and whether each is closed by its own sort.

use super::lexer::Flaw;

/// Depth down to which a closing bracket must be the sort that was opened; one bit each.
const SORTED: usize = 64;

/// Open brackets.
#[derive(Debug, Default)]
pub(super) struct Brackets {
    depth: usize,
    /// One bit for each open container, the innermost lowest: set for an object.
    sorts: u64,
}

impl Brackets {
    /// How many are open.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// Whether the innermost is known to be an object.
    #[inline]
    pub(super) fn is_in_object(&self) -> bool {
        (1..=SORTED).contains(&self.depth) && self.sorts & 1 == 1
    }

    #[inline]
    pub(super) fn open(&mut self, bracket: u8) {
        self.depth += 1;
        if self.depth <= SORTED {
            self.sorts = (self.sorts << 1) | u64::from(bracket == b'{');
        }
    }

    /// # Errors
    /// [`Flaw::Syntax`] for one that closes nothing, or another sort.
    #[inline]
    pub(super) fn close(&mut self, bracket: u8, at: u64) -> Result<(), Flaw> {
        let sorted = self.depth <= SORTED;
        let object = self.sorts & 1 == 1;
        if self.depth == 0 || (sorted && object != (bracket == b'}')) {
            return Err(Flaw::Syntax(at));
        }
        self.depth -= 1;
        if sorted {
            self.sorts >>= 1;
        }
        Ok(())
    }
}
