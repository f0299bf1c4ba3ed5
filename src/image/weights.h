#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/lanes.h"

namespace longclip::image {

// Inputs first ... end - 1.
struct InputRange {
  std::int64_t first = 0;
  std::int64_t end = 0;
};

// Pillow's bicubic of a line of `in` inputs, brought to `out` outputs, of which `count` from `begin` on are wanted:
// which inputs each output is made of, and how much of each.
class Weights {
 public:
  Weights(std::int64_t in, std::int64_t out, std::int64_t begin, int count);

  // The inputs that these outputs are made of.
  static InputRange inputs(std::int64_t in, std::int64_t out, std::int64_t begin, int count);

  // Groups of inputs count from the first input of all.
  struct Output {
    std::size_t first_group = 0;
    std::size_t groups = 0;
    std::size_t offset = 0;  // in groups()
  };

  std::size_t count() const { return outputs_.size(); }
  const Output& operator[](std::size_t i) const { return outputs_[i]; }
  const WeightGroup* groups(const Output& output) const { return groups_.data() + output.offset; }
  std::size_t first() const { return static_cast<std::size_t>(range_.first); }
  std::size_t inputs() const { return static_cast<std::size_t>(range_.end - range_.first); }

 private:
  void add(std::size_t first, const std::vector<double>& weights);

  InputRange range_;
  std::vector<Output> outputs_;
  std::vector<WeightGroup> groups_;
};

}  // namespace longclip::image
