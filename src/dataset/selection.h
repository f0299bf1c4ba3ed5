#pragma once

#include <cstddef>
#include <vector>

#include <longclip/dataset.h>

namespace longclip::dataset {

// The examples of a data set that its reader's caller asked for.
class Selection {
 public:
  // As in DatasetOptions.
  Selection(std::size_t first, std::size_t count) : first_(first), count_(count) {}

  // Calls make() for the next example if it is one of them.
  template <class Make>
  void offer(const Make& make) {
    if (offered_++ >= first_ && !full()) examples_.push_back(make());
  }

  bool full() const noexcept { return count_ != 0 && examples_.size() == count_; }
  std::size_t offered() const noexcept { return offered_; }
  std::vector<Example>& examples() noexcept { return examples_; }

 private:
  std::size_t first_;
  std::size_t count_;
  std::size_t offered_ = 0;
  std::vector<Example> examples_;
};

}  // namespace longclip::dataset
