// All sources as one: libtorch's headers take nearly all of the time to compile.
#include "bare.cpp"
#include "bind.cpp"
#include "forks.cpp"
#include "graph.cpp"
#include "infer.cpp"
#include "load.cpp"
#include "outputs.cpp"
#include "runtime.cpp"
