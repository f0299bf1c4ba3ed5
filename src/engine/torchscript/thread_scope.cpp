#include "engine/torchscript/thread_scope.h"

#include <ATen/Parallel.h>

namespace longclip::engine::torchscript {

ThreadScope::ThreadScope(int threads) : before_(at::get_num_threads()), during_(threads) {
  if (during_ != before_) at::set_num_threads(during_);
}

ThreadScope::~ThreadScope() {
  if (during_ != before_) at::set_num_threads(before_);
}

}  // namespace longclip::engine::torchscript
