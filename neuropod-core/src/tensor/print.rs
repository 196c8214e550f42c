//! How tensors print.

use std::fmt;

use ndarray::{ArrayViewD, IxDyn};

use crate::{Tensor, TensorView};

/// `Debug` shows at most this many elements.
const PREVIEW: usize = 6;

impl fmt::Display for TensorView<'_> {
    /// The elements as nested lists; the middle of long axes is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        with_element!(
            self.dtype(),
            T => match self.as_array::<T>() {
                Ok(array) => fmt::Display::fmt(&array, f),
                Err(error) => write!(f, "<{error}>"),
            },
            string => {
                let texts: Vec<_> = StringElement::all(self);
                match ArrayViewD::from_shape(IxDyn(self.dims()), &texts) {
                    Ok(array) => fmt::Display::fmt(&array, f),
                    Err(error) => write!(f, "<{error}>"),
                }
            }
        )
    }
}

impl fmt::Debug for TensorView<'_> {
    /// One line: element type, shape and the first elements.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:?} [", self.dtype(), self.dims())?;
        let shown = self.element_count().min(PREVIEW);
        with_element!(
            self.dtype(),
            T => preview(f, self.as_slice::<T>().unwrap_or_default().iter().take(shown))?,
            string => preview(f, StringElement::all(self).iter().take(shown))?
        );
        f.write_str(if shown < self.element_count() { ", ...]" } else { "]" })
    }
}

fn preview<T: fmt::Display>(f: &mut fmt::Formatter<'_>, elements: impl Iterator<Item = T>) -> fmt::Result {
    for (index, element) in elements.enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        write!(f, "{separator}{element}")?;
    }
    Ok(())
}

/// A string that prints in quotes.
struct StringElement<'a>(&'a [u8]);

impl<'a> StringElement<'a> {
    fn all(view: &TensorView<'a>) -> Vec<Self> {
        view.as_byte_strings().map(|strings| strings.map(StringElement).collect()).unwrap_or_default()
    }
}

impl fmt::Display for StringElement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(self.0))
    }
}

impl fmt::Display for Tensor {
    /// The elements as nested lists; the middle of long axes is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.view(), f)
    }
}

impl fmt::Debug for Tensor {
    /// One line: element type, shape and the first elements.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.view(), f)
    }
}
