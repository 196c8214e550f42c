// Tensors as matrices of Eigen.
#include "check.hh"

#include <neuropod/conversions/eigen.hh>
#include <neuropod/neuropod.hh>

#include <cstdint>

using namespace neuropod;

namespace
{

const auto allocator = get_generic_tensor_allocator();

} // namespace

TEST(vectors)
{
    const auto            tensor   = allocator->arange<std::int32_t>(4);
    NeuropodTensor &      untyped  = *tensor;
    const NeuropodTensor &constant = *tensor;
    const auto &          typed    = *tensor;

    CHECK_EQ(as_eigen(*tensor), Eigen::Vector4i(0, 1, 2, 3));
    CHECK_EQ(as_eigen(typed), Eigen::Vector4i(0, 1, 2, 3));
    CHECK_EQ(as_eigen<std::int32_t>(untyped), Eigen::Vector4i(0, 1, 2, 3));
    CHECK_EQ(as_eigen<std::int32_t>(constant), Eigen::Vector4i(0, 1, 2, 3));
    CHECK_THROWS(InvalidArgumentError, "FLOAT_TENSOR", as_eigen<float>(untyped));
    CHECK_THROWS(InvalidArgumentError, "FLOAT_TENSOR", as_eigen<float>(constant));
}

TEST(the_memory_is_shared)
{
    const auto tensor = allocator->arange<std::int32_t>(4);
    auto       vector = as_eigen(*tensor);
    vector(0)         = 42;
    CHECK_EQ(tensor->accessor<1>()[0], 42);
    const auto &constant = *tensor;
    const auto  reader   = as_eigen(constant);
    tensor->accessor<1>()[1] = 43;
    CHECK_EQ(reader(1), 43);
    CHECK_EQ(reader.data(), tensor->get_raw_data_ptr());
}

TEST(matrices)
{
    const auto tensor = allocator->allocate_tensor<float>({2, 3});
    tensor->copy_from({1, 2, 3, 4, 5, 6});
    const auto matrix = as_eigen(*tensor);
    CHECK(matrix.rows() == 2 && matrix.cols() == 3);
    CHECK_EQ(matrix(1, 0), 4);
    Eigen::MatrixXf square(2, 2);
    square << 14, 32, 32, 77;
    CHECK_EQ(matrix * matrix.transpose(), square);
}

TEST(other_ranks)
{
    const auto scalar = allocator->ones<float>({});
    CHECK_EQ(as_eigen(*scalar)(0, 0), 1);
    CHECK_EQ(as_eigen(*allocator->ones<float>({0, 3})).size(), 0);
    const auto cube = allocator->ones<float>({5, 5, 5});
    CHECK_THROWS(InvalidArgumentError, "rank of 1 or 2", as_eigen(*cube));
    const NeuropodTensor &untyped = *cube;
    CHECK_THROWS(InvalidArgumentError, "rank of 3", as_eigen<float>(untyped));
}
