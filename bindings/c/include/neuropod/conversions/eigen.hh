/// @file
/// Tensors as matrices of Eigen. This header needs Eigen; no other does.
#pragma once

#include "neuropod/internal/neuropod_tensor.hh"

#include <Eigen/Dense>

#include <string>

namespace neuropod
{
namespace internal
{

template <typename Scalar>
using EigenMatrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Maps a tensor's elements. `Matrix` is const if the tensor is.
template <typename Matrix, typename Tensor>
Eigen::Map<Matrix> map_matrix(Tensor &tensor)
{
    const auto &dims = tensor.get_dims();
    if (dims.size() > 2)
    {
        throw_invalid_argument("Only tensors with rank of 1 or 2 are supported by this function. Tensor has rank of " +
                               std::to_string(dims.size()) + ".");
    }
    const Eigen::Index rows = dims.empty() ? 1 : static_cast<Eigen::Index>(dims[0]);
    const Eigen::Index cols = dims.size() == 2 ? static_cast<Eigen::Index>(dims[1]) : 1;
    return Eigen::Map<Matrix>(tensor.get_raw_data_ptr(), rows, cols);
}

} // namespace internal

/// A tensor as a matrix: of one column if the rank is 1, of one element if it is 0. Nothing is copied: what is written
/// to the matrix is written to the tensor. The matrix is valid as long as the tensor lives. Throws InvalidArgumentError
/// for higher ranks and, if the tensor is not typed, for other types of elements.
/// @{
template <typename Scalar>
Eigen::Map<const internal::EigenMatrix<Scalar>> as_eigen(const TypedNeuropodTensor<Scalar> &tensor)
{
    return internal::map_matrix<const internal::EigenMatrix<Scalar>>(tensor);
}

template <typename Scalar>
Eigen::Map<internal::EigenMatrix<Scalar>> as_eigen(TypedNeuropodTensor<Scalar> &tensor)
{
    return internal::map_matrix<internal::EigenMatrix<Scalar>>(tensor);
}

template <typename Scalar>
Eigen::Map<const internal::EigenMatrix<Scalar>> as_eigen(const NeuropodTensor &tensor)
{
    return as_eigen(*tensor.as_typed_tensor<Scalar>());
}

template <typename Scalar>
Eigen::Map<internal::EigenMatrix<Scalar>> as_eigen(NeuropodTensor &tensor)
{
    return as_eigen(*tensor.as_typed_tensor<Scalar>());
}
/// @}

} // namespace neuropod
