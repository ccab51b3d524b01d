//! Answers as JSON: the bytes that `serde_json` writes, for a fraction of the work.
//!
//! A list of fifty Pods is four thousand short texts, half of them names of fields. What costs there is not the bytes
//! but what is done for each of them, so texts are looked through eight bytes at a time and names of fields, which
//! stand in our own source, only in debug builds. Whatever is rare is left to `serde_json`.

mod text;

use serde::ser::{self, Error as _, Serialize};
use serde_json::Error;

/// Bytes that are asked for at first; most answers need no more.
const ROOM: usize = 2048;

/// A value as JSON.
pub(crate) fn write(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut writer = Writer { out: Vec::with_capacity(ROOM) };
    value.serialize(&mut writer)?;
    Ok(writer.out)
}

/// Bytes of the longest name of a field that is written in one go.
const LONGEST: usize = 44;

struct Writer {
    out: Vec<u8>,
}

/// A list or an object that has begun.
struct Group<'w> {
    writer: &'w mut Writer,
    empty: bool,
    end: &'static [u8],
}

impl Writer {
    fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    fn group(&mut self, begin: &'static [u8], end: &'static [u8]) -> Group<'_> {
        self.put(begin);
        Group { writer: self, empty: true, end }
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

impl Group<'_> {
    #[inline]
    fn next(&mut self) {
        if !self.empty {
            self.writer.put(b",");
        }
        self.empty = false;
    }

    #[inline]
    fn item(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.next();
        value.serialize(&mut *self.writer)
    }

    #[inline(always)]
    fn field(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.name(name);
        value.serialize(&mut *self.writer)
    }

    /// Begins a member. Where this is inlined the name is known, and all of it is one copy of bytes that the compiler
    /// has put together.
    #[expect(
        clippy::indexing_slicing,
        reason = "what has room for the longest name has room for a shorter one"
    )]
    #[inline(always)]
    fn name(&mut self, name: &'static str) {
        debug_assert!(text::is_plain(name), "{name} cannot be written as it is");
        let (length, from) = (name.len(), usize::from(self.empty));
        if length > LONGEST {
            self.next();
            self.writer.known(name);
            return self.writer.put(b":");
        }
        self.empty = false;
        let mut member = [b'"'; LONGEST + 4];
        member[0] = b',';
        member[2..length + 2].copy_from_slice(name.as_bytes());
        member[length + 3] = b':';
        self.writer.out.extend_from_slice(&member[from..length + 4]);
    }

    #[inline]
    fn close(self) -> Result<(), Error> {
        self.writer.put(self.end);
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
        Ok(self.group(b"[", b"]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Group<'w>, Error> {
        Ok(self.group(b"[", b"]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Group<'w>, Error> {
        Ok(self.group(b"[", b"]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Group<'w>, Error> {
        self.variant(variant);
        Ok(self.group(b"[", b"]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Group<'w>, Error> {
        Ok(self.group(b"{", b"}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Group<'w>, Error> {
        Ok(self.group(b"{", b"}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Group<'w>, Error> {
        self.variant(variant);
        Ok(self.group(b"{", b"}}"))
    }
}

impl ser::SerializeSeq for Group<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.item(value)
    }

    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

impl ser::SerializeTuple for Group<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.item(value)
    }

    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

impl ser::SerializeTupleStruct for Group<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.item(value)
    }

    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

impl ser::SerializeTupleVariant for Group<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.item(value)
    }

    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

impl ser::SerializeMap for Group<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.next();
        self.writer.name(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

impl ser::SerializeStruct for Group<'_> {
    type Ok = ();
    type Error = Error;

    #[inline(always)]
    fn serialize_field<T>(&mut self, name: &'static str, value: &T) -> Result<(), Error>
    where
        T: Serialize + ?Sized,
    {
        self.field(name, value)
    }

    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

impl ser::SerializeStructVariant for Group<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T>(&mut self, name: &'static str, value: &T) -> Result<(), Error>
    where
        T: Serialize + ?Sized,
    {
        self.field(name, value)
    }

    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

#[cfg(test)]
mod tests;
