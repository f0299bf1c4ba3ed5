#include "kernel/kernels.h"

#include <atomic>

#include "kernel/variants.h"

namespace longclip::kernel {
namespace {

std::atomic<Instructions> limit = Instructions::all;

}  // namespace

void limit_instructions(Instructions most) { limit = most; }

const Kernels* find_kernels(Precision precision) {
#if defined(__x86_64__)
  const Instructions most = limit;
  const bool has_avx2 = most < Instructions::none && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool has_avx512 = most < Instructions::avx2 && __builtin_cpu_supports("avx512f") &&
                          __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                          __builtin_cpu_supports("avx512vl");
  const bool has_bf16 = most == Instructions::all && has_avx512 && __builtin_cpu_supports("avx512bf16");
  const bool has_vnni = has_avx512 && __builtin_cpu_supports("avx512vnni");
  switch (precision) {
    case Precision::fp32:
      if (has_avx512) return &avx512;
      if (has_avx2) return &avx2;
      break;
    case Precision::bf16:
      if (has_bf16) return &avx512_bf16;
      break;
    case Precision::int8:
      if (has_vnni) return has_bf16 ? &avx512_int8 : &avx512_vnni;
      break;
    case Precision::automatic:
    case Precision::fp16:
      break;
  }
#endif
  return nullptr;
}

}  // namespace longclip::kernel
