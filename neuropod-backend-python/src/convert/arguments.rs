//! Keyword arguments.

use std::ptr;

use smallvec::SmallVec;

use super::gil::Gil;
use super::inputs::Lent;
use super::object::Object;
use super::raise::Raised;
use crate::c_api::PyObject;

/// `PY_VECTORCALL_ARGUMENTS_OFFSET`: there is a place before the arguments that the callee may use.
const SPARE_PLACE: usize = 1 << (usize::BITS - 1);

/// The names of a model's inputs, made once.
#[derive(Debug)]
pub(crate) struct Arguments {
    names: Vec<Object>,
    /// A tuple of them all.
    all: Object,
}

impl Arguments {
    pub(crate) fn new<'a>(gil: &Gil, names: impl IntoIterator<Item = &'a str>) -> Result<Self, Raised> {
        let names: Vec<_> =
            names.into_iter().map(|name| Object::name(gil, name)).collect::<Result<_, _>>()?;
        let all = Object::tuple(gil, borrow_all(gil, names.iter()))?;
        Ok(Arguments { names, all })
    }

    /// Calls something with those values that are there, in the names' order.
    pub(crate) fn call(
        &self,
        gil: &Gil,
        callable: &Object,
        values: &[Option<Lent>],
    ) -> Result<Object, Raised> {
        let given = || {
            self.names.iter().zip(values).filter_map(|(name, value)| Some((name, value.as_ref()?.array())))
        };
        let Some(vectorcall) = gil.api().PyObject_Vectorcall else {
            return call_with_dict(gil, callable, given());
        };
        let some;
        let names = if values.iter().all(Option::is_some) {
            &self.all
        } else {
            some = Object::tuple(gil, borrow_all(gil, given().map(|(name, _)| name).collect::<Vec<_>>()))?;
            &some
        };
        let mut places: SmallVec<[*mut PyObject; 9]> = SmallVec::new();
        places.push(ptr::null_mut());
        places.extend(given().map(|(_, value)| value.as_ptr()));
        // SAFETY: the lock is held and the objects are live. The names are a tuple of as many `str` as
        // there are values, which all are keyword arguments, and a spare place stands before them.
        unsafe {
            let first = places.as_mut_ptr().add(1).cast_const();
            Object::from_new(gil, vectorcall(callable.as_ptr(), first, SPARE_PLACE, names.as_ptr()))
        }
    }
}

/// References of one's own, for a tuple to take over.
fn borrow_all<'a>(
    gil: &Gil,
    objects: impl IntoIterator<Item = &'a Object, IntoIter: ExactSizeIterator>,
) -> impl ExactSizeIterator<Item = Object> {
    objects.into_iter().map(|object| object.clone_ref(gil))
}

fn call_with_dict<'a>(
    gil: &Gil,
    callable: &Object,
    given: impl Iterator<Item = (&'a Object, &'a Object)>,
) -> Result<Object, Raised> {
    let (none, keywords) = (Object::tuple(gil, [])?, Object::dict(gil, given)?);
    // SAFETY: the lock is held and the objects are live.
    unsafe {
        let result = (gil.api().PyObject_Call)(callable.as_ptr(), none.as_ptr(), keywords.as_ptr());
        Object::from_new(gil, result)
    }
}
