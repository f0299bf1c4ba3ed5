#include "runtime/processors.h"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <memory>
#include <string>
#include <thread>

#include <longclip/error.h>

#include "runtime/cgroup.h"

namespace longclip::runtime {
namespace {

int processors_by_affinity() {
  // The kernel refuses a mask that is smaller than its own, whose size it does not tell.
  for (int capacity = 1024; capacity <= 1 << 20; capacity *= 2) {
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> mask(CPU_ALLOC(capacity),
                                                                [](cpu_set_t* set) { CPU_FREE(set); });
    const std::size_t size = CPU_ALLOC_SIZE(capacity);
    if (mask == nullptr) break;
    if (::sched_getaffinity(0, size, mask.get()) == 0) return CPU_COUNT_S(size, mask.get());
    if (errno != EINVAL) break;
  }
  return static_cast<int>(std::thread::hardware_concurrency());
}

}  // namespace

int available_processors() {
  int processors = processors_by_affinity();
  if (const auto quota = cgroup_quota("/"); quota && *quota < processors) {
    processors = static_cast<int>(std::ceil(*quota));
  }
  return std::max(processors, 1);
}

int thread_count(int threads) {
  constexpr int kMost = 1024;
  if (threads < 0 || threads > kMost) {
    throw InvalidInput("threads is " + std::to_string(threads) + "; give 1 to " + std::to_string(kMost) +
                       ", or 0 for all that may be used");
  }
  return threads > 0 ? threads : available_processors();
}

}  // namespace longclip::runtime
