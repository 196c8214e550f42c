//! The Rust types of a tensor's elements.

use bytemuck::{CheckedBitPattern, NoUninit};

use crate::DType;

/// A Rust type that a tensor can hold; implemented for the 13 types of fixed size.
///
/// The trait is sealed: backends and callers use it, none implements it.
pub trait Element:
    sealed::Sealed + CheckedBitPattern + NoUninit + Copy + Default + PartialEq + Send + Sync + 'static
{
    /// The element type that this Rust type stands for.
    const DTYPE: DType;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! elements {
    ($($rust:ty => $dtype:ident),* $(,)?) => {
        $(
            impl sealed::Sealed for $rust {}
            impl Element for $rust {
                const DTYPE: DType = DType::$dtype;
            }
        )*

        /// Runs `$body` with `$type` standing for the Rust type of `$dtype`, or `$string` for strings.
        macro_rules! with_element {
            ($value:expr, $type:ident => $body:expr, string => $string:expr) => {
                match $value {
                    $($crate::DType::$dtype => {
                        type $type = $rust;
                        $body
                    })*
                    $crate::DType::String => $string,
                }
            };
        }
    };
}

elements! {
    bool => Bool,
    i8 => Int8,
    i16 => Int16,
    i32 => Int32,
    i64 => Int64,
    u8 => UInt8,
    u16 => UInt16,
    u32 => UInt32,
    u64 => UInt64,
    ::half::f16 => Float16,
    ::half::bf16 => BFloat16,
    f32 => Float32,
    f64 => Float64,
}
