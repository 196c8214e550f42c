// Forks: a child has none of its parent's threads, and must not wait for them.
#include "model.h"

#include <ATen/Parallel.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>

namespace {

// OpenMP's `omp_pause_resource_all` of the library that libtorch works with.
using Pause = int (*)(int);
Pause pause_openmp = nullptr;

// The number of threads within an operator before the last fork.
int threads_before = 1;

// Whether the pool for independent operators has threads here, or had some in an ancestor of this process.
std::atomic<bool> pool_is_used = false;
bool pool_is_lost = false;

Pause find_pause() {
  auto path = neuropod::libtorch_dir() / "libtorch_cpu.so";
  void* libtorch = dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (libtorch == nullptr) return nullptr;
  // In the library or in what it needs.
  return reinterpret_cast<Pause>(dlsym(libtorch, "omp_pause_resource_all"));
}

// The forking thread's own threads end, and start again when they are needed. Other threads' do not matter: neither
// these nor those are in the child.
void before_fork() {
  constexpr int kHard = 2;  // omp_pause_hard
  threads_before = at::get_num_threads();
  pause_openmp(kHard);
}

#ifdef __GLIBC__

// Called before libtorch's pools are destroyed, which wait for their threads.
void at_exit_of_child(int status, void*) {
  if (pool_is_lost) {
    std::fflush(nullptr);
    _exit(status);
  }
  npt_renew_threads();
}

void in_child() {
  pool_is_lost = pool_is_lost || pool_is_used;
  on_exit(at_exit_of_child, nullptr);
}

#else

void in_child() {
  pool_is_lost = pool_is_lost || pool_is_used;
}

#endif

}  // namespace

int32_t npt_prepare_for_forks(void) {
  try {
    pause_openmp = find_pause();
    return pause_openmp == nullptr ? -1 : pthread_atfork(before_fork, nullptr, in_child);
  } catch (...) {
    return -1;
  }
}

void npt_renew_threads(void) {
  try {
    // Torch finds that the process was forked, and replaces its pool of threads that are not OpenMP's.
    at::set_num_threads(threads_before);
  } catch (...) {
    // Whoever needs these threads fails, and says why.
  }
}

int32_t npt_use_pool(void) {
  if (pool_is_lost) return -1;
  pool_is_used = true;
  return 0;
}
