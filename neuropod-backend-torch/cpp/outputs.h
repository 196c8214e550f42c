// From what forward() returned to named outputs.
#pragma once

#include "model.h"

#include <c10/util/SmallVector.h>

namespace neuropod {

// One value that the model returned under a name.
struct Returned {
  size_t slot;  // index in the model's outputs
  c10::IValue value;
};

using ReturnedValues = c10::SmallVector<Returned, 8>;

// Names the parts of a result; leaves out what is not wanted. Fails when something is missing,
// comes twice, or is not in the problem definition.
ReturnedValues take_apart(const npt_model& model, const uint8_t* wanted, c10::IValue result);

// Hands one value to the sink. `exclusive` asks for memory that nothing else refers to.
void deliver(
    const npt_model& model, Returned returned, bool exclusive, npt_sink sink, void* context);

}  // namespace neuropod
