// A custom operator as packages carry them: built against TensorFlow's headers, and resolved
// against the TensorFlow that is in the process.
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"

REGISTER_OP("NeuropodTestFancyAdd")
    .Input("a: float")
    .Input("b: float")
    .Output("sum: float");

class FancyAdd : public tensorflow::OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(tensorflow::OpKernelContext* context) override {
    const tensorflow::Tensor& a = context->input(0);
    const tensorflow::Tensor& b = context->input(1);
    OP_REQUIRES(context, a.shape() == b.shape(),
                absl::InvalidArgumentError("a and b differ in shape"));
    tensorflow::Tensor* sum = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, a.shape(), &sum));
    const float* left = a.flat<float>().data();
    const float* right = b.flat<float>().data();
    float* out = sum->flat<float>().data();
    for (int64_t i = 0; i < a.NumElements(); ++i) out[i] = left[i] + right[i];
  }
};

REGISTER_KERNEL_BUILDER(Name("NeuropodTestFancyAdd").Device(tensorflow::DEVICE_CPU), FancyAdd);
