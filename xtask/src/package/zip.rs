//! A zip archive whose bytes depend on nothing but names and contents: no clock, no owner, no order of a folder.

use std::io::Write as _;

use anyhow::Context;
use flate2::{Compression, Crc, write::DeflateEncoder};

/// 1 January 1980, midnight: where the calendar of the format begins.
const MIDNIGHT: u16 = 0;
const FIRST_DAY: u16 = (1 << 5) | 1;
/// 2.0 is the first version with deflate.
const VERSION: u16 = 20;
const MADE_ON_UNIX: u16 = 3 << 8;
const DEFLATE: u16 = 8;
const NAMES_ARE_UTF8: u16 = 1 << 11;
const REGULAR_FILE: u32 = 0o100_000;

/// A file inside.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub(super) name: &'a str,
    pub(super) content: &'a [u8],
    pub(super) runs: bool,
}

/// The archive of these files, in this order.
///
/// # Errors
/// When a file or the whole is larger than 4 GiB, which the format in its simple form cannot say.
pub(super) fn archive(members: &[Member<'_>]) -> anyhow::Result<Vec<u8>> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let offset = size(bytes.len())?;
        let packed = packed(member.content)?;
        let about = about(member, packed.len())?;
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&about);
        bytes.extend(member.name.as_bytes());
        bytes.extend(packed);
        directory.extend(b"PK\x01\x02");
        directory.extend((MADE_ON_UNIX | VERSION).to_le_bytes());
        directory.extend(about);
        // No comment, first disk, nothing known about the kind of text.
        directory.extend([0; 6]);
        let mode = REGULAR_FILE | if member.runs { 0o755 } else { 0o644 };
        directory.extend((mode << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(member.name.as_bytes());
    }
    let (start, length) = (size(bytes.len())?, size(directory.len())?);
    let count = u16::try_from(members.len()).context("too many files for a zip archive")?;
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    bytes.extend([length.to_le_bytes(), start.to_le_bytes()].concat());
    bytes.extend([0; 2]);
    Ok(bytes)
}

/// What both headers of a file say, in the same order.
fn about(member: &Member<'_>, packed: usize) -> anyhow::Result<Vec<u8>> {
    let mut crc = Crc::new();
    crc.update(member.content);
    let mut about = Vec::new();
    about.extend([VERSION, NAMES_ARE_UTF8, DEFLATE, MIDNIGHT, FIRST_DAY].map(u16::to_le_bytes).concat());
    about.extend([crc.sum(), size(packed)?, size(member.content.len())?].map(u32::to_le_bytes).concat());
    let name = u16::try_from(member.name.len()).context("a name is too long for a zip archive")?;
    // Nothing extra.
    about.extend([name, 0].map(u16::to_le_bytes).concat());
    Ok(about)
}

fn packed(content: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

fn size(length: usize) -> anyhow::Result<u32> {
    u32::try_from(length).context("too large for a simple zip archive")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(text: &'static [u8]) -> [Member<'static>; 2] {
        [
            Member { name: "manifest.json", content: b"{}", runs: false },
            Member { name: "server/ünlike", content: text, runs: true },
        ]
    }

    #[test]
    fn the_same_input_gives_the_same_bytes() {
        let first = archive(&members(b"aaaa")).unwrap();
        assert_eq!(first, archive(&members(b"aaaa")).unwrap());
        assert_ne!(first, archive(&members(b"aaab")).unwrap());
    }

    /// By hand, from the format's description, up to the packed bytes of the first file.
    #[test]
    fn the_first_header_is_as_the_format_says() {
        let bytes = archive(&members(b"aaaa")).unwrap();
        let head = b"PK\x03\x04\x14\0\0\x08\x08\0\0\0\x21\0\x43\xbf\xa6\xa3\x04\0\0\0\x02\0\0\0\x0d\0\0\0manifest.json";
        assert_eq!(bytes[..head.len()], head[..], "{bytes:02x?}");
    }
}
