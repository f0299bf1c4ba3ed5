#include "training/agreement.h"

#include <cstdint>
#include <span>

#include <ATen/Functions.h>

#include <longclip/error.h>

#include "io/sha256.h"

namespace longclip::training {

void agree(Processes& processes, const std::exception_ptr& failure, const std::string& plan, const at::Device& device) {
  constexpr int kHexDigits = 15;  // as many as a positive int64 holds
  const std::string digest = io::sha256(std::as_bytes(std::span(plan))).substr(0, kHexDigits);
  at::Tensor mine = at::empty({2}, at::kLong);
  auto* words = mine.mutable_data_ptr<std::int64_t>();
  words[0] = failure == nullptr ? 1 : 0;
  words[1] = static_cast<std::int64_t>(std::stoull(digest, nullptr, 16));
  const at::Tensor all = processes.gather(mine.to(device)).to(at::kCPU).contiguous();
  if (failure != nullptr) std::rethrow_exception(failure);
  const auto* others = all.const_data_ptr<std::int64_t>();
  for (int rank = 0; rank < processes.size(); ++rank) {
    if (others[2 * rank] == 0) {
      throw Error("process " + std::to_string(rank) + " of this training failed; its own message says why");
    }
    if (others[2 * rank + 1] != words[1]) {
      throw InvalidInput("process " + std::to_string(rank) +
                         " was given other settings, data or weights, or goes on from another step, than process " +
                         std::to_string(processes.rank()) +
                         "; give all of them the same, and the same run folder to resume");
    }
  }
}

}  // namespace longclip::training
