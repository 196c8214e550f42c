// Adds two vectors with the addition package, and checks the sums.
#include <cstdint>
#include <iostream>
#include <vector>

#include "neuropod/neuropod.hh"

int main() {
  const std::vector<int64_t> shape = {4};
  const float x_data[] = {1, 2, 3, 4};
  const std::vector<float> y_data = {5, 6, 7, 8};

  neuropod::Neuropod neuropod(ADDITION_MODEL_PATH);

  auto x_tensor = neuropod.allocate_tensor<float>(shape);
  x_tensor->copy_from(x_data, 4);
  auto y_tensor = neuropod.allocate_tensor<float>(shape);
  y_tensor->copy_from(y_data);

  const auto output_data = neuropod.infer({{"x", x_tensor}, {"y", y_tensor}});

  const auto out_tensor = output_data->at("out");
  const auto out_vector = out_tensor->as_typed_tensor<float>()->get_data_as_vector();
  const auto out_shape = out_tensor->get_dims();

  for (const float sum : out_vector) std::cout << sum << ' ';
  std::cout << '\n';
  return out_vector == std::vector<float>{6, 8, 10, 12} && out_shape == shape ? 0 : 1;
}
