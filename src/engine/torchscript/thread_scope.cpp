#include "engine/torchscript/thread_scope.h"

#include <ATen/Parallel.h>

// OpenMP's and MKL's own functions, which change the calling thread alone: at::set_num_threads()
// also sets what threads that begin later will have, for the whole process. Weak, since there are
// builds of LibTorch without one or the other.
extern "C" {
[[gnu::weak]] int omp_get_max_threads();
[[gnu::weak]] void omp_set_num_threads(int);
[[gnu::weak]] int MKL_Get_Max_Threads();
[[gnu::weak]] int MKL_Set_Num_Threads_Local(int);
[[gnu::weak]] void MKL_Set_Dynamic(int);
}

namespace longclip::engine::torchscript {
namespace {

// The calling thread's OpenMP number as the application has it. LibTorch, when it first runs on a
// thread, writes another there: what at::set_num_threads() was told, which is the application's
// word too, or else a standard of its own, which is not.
int application_threads() {
  const int openmp = omp_get_max_threads();
  const int standard = MKL_Get_Max_Threads != nullptr ? MKL_Get_Max_Threads() : at::intraop_default_num_threads();
  const int torch = at::get_num_threads();
  return torch == standard ? openmp : torch;
}

}  // namespace

ThreadScope::ThreadScope(int threads) {
  if (omp_set_num_threads == nullptr) return;
  before_ = application_threads();
  omp_set_num_threads(threads);
  if (MKL_Set_Num_Threads_Local != nullptr) {
    MKL_Set_Dynamic(0);  // as LibTorch does: else MKL takes fewer threads, and each change remakes the pool
    mkl_before_ = MKL_Set_Num_Threads_Local(threads);
  }
}

ThreadScope::~ThreadScope() {
  if (omp_set_num_threads == nullptr) return;
  omp_set_num_threads(before_);
  if (MKL_Set_Num_Threads_Local != nullptr) MKL_Set_Num_Threads_Local(mkl_before_);
}

}  // namespace longclip::engine::torchscript
