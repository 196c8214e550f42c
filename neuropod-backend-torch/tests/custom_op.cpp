// A custom operator as packages carry them: built against torch's headers, and resolved against
// the libtorch that is in the process.
#include <ATen/core/Tensor.h>
#include <ATen/ops/add.h>
#include <ATen/ops/clone.h>
#include <torch/library.h>

at::Tensor fancy_add(const at::Tensor& x, const at::Tensor& y) {
  return at::add(x, y).add_(1);
}

// Writes to its argument, and its derived schema does not say so.
at::Tensor scribble(const at::Tensor& x) {
  return const_cast<at::Tensor&>(x).mul_(100).clone();
}

TORCH_LIBRARY(neuropod_test, library) {
  library.def("fancy_add(Tensor x, Tensor y) -> Tensor", fancy_add);
  library.def("scribble", scribble);
}
