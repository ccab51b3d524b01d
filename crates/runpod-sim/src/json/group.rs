//! Lists and objects: what stands between their parts.

use serde::ser::{self, Serialize};
use serde_json::Error;

use super::{Writer, text};

/// Bytes of the longest name of a field that is written in one go.
const LONGEST: usize = 44;

/// A list or an object that has begun.
pub(super) struct Group<'w> {
    writer: &'w mut Writer,
    empty: bool,
    end: u8,
    /// Whether it is the only member of an object, which ends with it.
    within: bool,
}

impl<'w> Group<'w> {
    pub(super) fn new(writer: &'w mut Writer, end: u8) -> Self {
        Self { writer, empty: true, end, within: false }
    }

    /// The same as the only member of an object that has begun.
    pub(super) fn within(self) -> Self {
        Self { within: true, ..self }
    }

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
        self.writer.out.push(self.end);
        if self.within {
            self.writer.out.push(b'}');
        }
        Ok(())
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
