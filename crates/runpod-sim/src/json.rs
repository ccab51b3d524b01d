//! Answers as JSON: the bytes that `serde_json` writes, for a fraction of the work.
//!
//! A list of fifty Pods is four thousand short texts, half of them names of fields. What costs there is not the bytes
//! but what is done for each of them, so texts are looked through eight bytes at a time and names of fields, which
//! stand in our own source, only in debug builds. Whatever is rare is left to `serde_json`.

mod group;
mod text;

use std::fmt::{Display, Write as _};

use serde::ser::{self, Error as _, Serialize};
use serde_json::Error;

use group::Group;

/// Bytes that are asked for at first. A page of a list needs no more, and what nothing is written to costs nothing.
const ROOM: usize = 64 * 1024;

/// A value as JSON.
pub(crate) fn write(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut writer = Writer { out: Vec::with_capacity(ROOM) };
    value.serialize(&mut writer)?;
    Ok(writer.out)
}

struct Writer {
    out: Vec<u8>,
}

impl Writer {
    fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    fn list(&mut self) -> Group<'_> {
        self.out.push(b'[');
        Group::new(self, b']')
    }

    fn object(&mut self) -> Group<'_> {
        self.out.push(b'{');
        Group::new(self, b'}')
    }

    /// A name that stands in our own source, in quotes.
    fn known(&mut self, name: &'static str) {
        debug_assert!(text::is_plain(name), "{name} cannot be written as it is");
        self.put(b"\"");
        self.put(name.as_bytes());
        self.put(b"\"");
    }

    /// An object of one member that has begun; it is named as a variant is.
    fn variant(&mut self, name: &'static str) {
        self.put(b"{");
        self.known(name);
        self.put(b":");
    }

    /// What `serde_json` is to write.
    fn leave(&mut self, value: &impl Serialize) -> Result<(), Error> {
        serde_json::to_writer(&mut self.out, value)
    }

    /// The name of a member of a map. Numbers become texts, as nothing else can be a name.
    fn name(&mut self, name: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        let from = self.out.len();
        name.serialize(&mut *self)?;
        match self.out.get(from) {
            Some(b'"') => {}
            Some(b'-' | b'0'..=b'9' | b't' | b'f') => {
                self.out.insert(from, b'"');
                self.put(b"\"");
            }
            _ => return Err(Error::custom("the name of a member is a text")),
        }
        self.put(b":");
        Ok(())
    }
}

impl<'w> ser::Serializer for &'w mut Writer {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Group<'w>;
    type SerializeTuple = Group<'w>;
    type SerializeTupleStruct = Group<'w>;
    type SerializeTupleVariant = Group<'w>;
    type SerializeMap = Group<'w>;
    type SerializeStruct = Group<'w>;
    type SerializeStructVariant = Group<'w>;

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.put(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Error> {
        if value < 0 {
            self.put(b"-");
        }
        text::digits(&mut self.out, value.unsigned_abs());
        Ok(())
    }

    fn serialize_i128(self, value: i128) -> Result<(), Error> {
        self.leave(&value)
    }

    fn serialize_u8(self, value: u8) -> Result<(), Error> {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Error> {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Error> {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Error> {
        text::digits(&mut self.out, value);
        Ok(())
    }

    fn serialize_u128(self, value: u128) -> Result<(), Error> {
        self.leave(&value)
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.leave(&value)
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        self.leave(&value)
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.leave(&value)
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        text::quote(&mut self.out, value);
        Ok(())
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Error> {
        self.put(b"\"");
        write!(text::Between(&mut self.out), "{value}").map_err(Error::custom)?;
        self.put(b"\"");
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.put(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.known(variant);
        Ok(())
    }

    fn serialize_newtype_struct<T>(self, _: &'static str, value: &T) -> Result<(), Error>
    where
        T: Serialize + ?Sized,
    {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error>
    where
        T: Serialize + ?Sized,
    {
        self.variant(variant);
        value.serialize(&mut *self)?;
        self.put(b"}");
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Group<'w>, Error> {
        Ok(self.list())
    }

    fn serialize_tuple(self, _: usize) -> Result<Group<'w>, Error> {
        Ok(self.list())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Group<'w>, Error> {
        Ok(self.list())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Group<'w>, Error> {
        self.variant(variant);
        Ok(self.list().within())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Group<'w>, Error> {
        Ok(self.object())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Group<'w>, Error> {
        Ok(self.object())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Group<'w>, Error> {
        self.variant(variant);
        Ok(self.object().within())
    }
}

#[cfg(test)]
mod tests;
