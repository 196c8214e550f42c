// Runs a package, on made-up inputs or on those that are given:
//
//     run addition.neuropod
//     run addition.neuropod x=1,2,3,4 y=5,6,7,8
#include <cstdint>
#include <exception>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "neuropod/neuropod.hh"

namespace {

// Elements by the names of inputs, as they were given.
using Given = std::map<std::string, std::vector<float>>;

void print_spec(const char *title, const std::vector<neuropod::TensorSpec> &specs) {
  std::cout << title << '\n';
  for (const auto &spec : specs) {
    std::cout << "  " << spec.name << ' ' << spec.type << " [";
    const char *separator = "";
    for (const auto &dim : spec.dims) {
      std::cout << separator;
      if (!dim.symbol.empty()) {
        std::cout << dim.symbol;
      } else if (dim.value < 0) {
        std::cout << '?';
      } else {
        std::cout << dim.value;
      }
      separator = ", ";
    }
    std::cout << "]\n";
  }
}

// An input of zeros or empty strings: where the spec allows any size, and for symbols, it is 4.
std::shared_ptr<neuropod::NeuropodTensor> make_up(neuropod::NeuropodTensorAllocator &allocator,
                                                  const neuropod::TensorSpec &spec) {
  std::vector<int64_t> dims;
  for (const auto &dim : spec.dims) dims.push_back(dim.value < 0 ? 4 : dim.value);
  return allocator.allocate_tensor(dims, spec.type);
}

// A vector of `float` with these elements.
std::shared_ptr<neuropod::NeuropodTensor> make_vector(neuropod::NeuropodTensorAllocator &allocator,
                                                      const std::vector<float> &elements) {
  auto tensor = allocator.allocate_tensor<float>({static_cast<int64_t>(elements.size())});
  tensor->copy_from(elements);
  return tensor;
}

neuropod::NeuropodValueMap make_inputs(const neuropod::Neuropod &model, Given given) {
  auto allocator = model.get_tensor_allocator();
  neuropod::NeuropodValueMap inputs;
  for (const auto &spec : model.get_inputs()) {
    const auto found = given.find(spec.name);
    if (found == given.end()) {
      inputs[spec.name] = make_up(*allocator, spec);
    } else {
      inputs[spec.name] = make_vector(*allocator, found->second);
      given.erase(found);
    }
  }
  if (!given.empty()) throw std::invalid_argument("the model has no input " + given.begin()->first);
  return inputs;
}

// Prints a tensor with its elements if they are of a type that this program knows.
void print_tensor(const std::string &name, const neuropod::NeuropodValue &value) {
  std::cout << name << ": ";
  switch (value.get_tensor_type()) {
    case neuropod::FLOAT_TENSOR:
      std::cout << *value.as_typed_tensor<float>() << '\n';
      break;
    case neuropod::INT64_TENSOR:
      std::cout << *value.as_typed_tensor<int64_t>() << '\n';
      break;
    case neuropod::STRING_TENSOR:
      std::cout << *value.as_typed_tensor<std::string>() << '\n';
      break;
    default:
      std::cout << *value.as_tensor() << '\n';
  }
}

// Splits `x=1,2` into the name and the elements.
void parse(const std::string &argument, Given &given) {
  const auto end = argument.find('=');
  if (end == std::string::npos) throw std::invalid_argument("expected name=1,2,3 and found " + argument);
  auto &elements = given[argument.substr(0, end)];
  std::istringstream rest(argument.substr(end + 1));
  for (std::string element; std::getline(rest, element, ',');) elements.push_back(std::stof(element));
}

void run(const std::string &package, const Given &given) {
  const neuropod::Neuropod model(package);
  std::cout << model.get_name() << ", for " << model.get_platform() << '\n';
  print_spec("inputs", model.get_inputs());
  print_spec("outputs", model.get_outputs());
  const auto outputs = model.infer(make_inputs(model, given));
  for (const auto &[name, value] : *outputs) print_tensor(name, *value);
}

}  // namespace

int main(int argc, char **argv) {
  if (argc < 2) {
    std::cerr << "usage: run PACKAGE [NAME=1,2,3]...\n";
    return 2;
  }
  try {
    Given given;
    for (int index = 2; index < argc; index++) parse(argv[index], given);
    run(argv[1], given);
    return 0;
  } catch (const neuropod::Error &error) {
    // The code tells cases apart: NEUROPOD_NOT_FOUND, NEUROPOD_INVALID_INPUT and so on.
    std::cerr << "error " << error.code() << ": " << error.what() << '\n';
  } catch (const std::exception &error) {
    std::cerr << "error: " << error.what() << '\n';
  }
  return 1;
}
