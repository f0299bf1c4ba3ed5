#pragma once

#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "io/mapped_file.h"

namespace longclip::engine::native {

// Numbers where they lie in a file, or a copy of them. Packed, they are there once more, so that the file's part
// does not stay in memory.
class Values {
 public:
  Values(std::span<const float> mapped, const io::MappedFile* file) : file_(file), values_(mapped) {}
  explicit Values(std::vector<float> own) : own_(std::move(own)), values_(own_) {}
  ~Values() {
    if (file_ != nullptr) file_->release(std::as_bytes(values_));
  }
  Values(const Values&) = delete;  // it points into itself
  Values& operator=(const Values&) = delete;

  operator std::span<const float>() const noexcept { return values_; }
  std::vector<float> copy() const { return {values_.begin(), values_.end()}; }

 private:
  std::vector<float> own_;
  const io::MappedFile* file_ = nullptr;
  std::span<const float> values_;
};

// The parameters of a tower, read from its file without LibTorch (package/clip_parameters.h).
class TowerWeights {
 public:
  explicit TowerWeights(checkpoint::Checkpoint checkpoint) : checkpoint_(std::move(checkpoint)) {}

  // Row-major, in float32. They live as long as this.
  Values values(const std::string& name) const;
  Values transposed(const std::string& name) const;  // of a matrix

  // The rows of a tensor in order, some at a time, so that they need not all be in memory at once.
  void visit(const std::string& name, const std::function<void(std::span<const float>)>& take) const;

 private:
  checkpoint::Checkpoint checkpoint_;
};

}  // namespace longclip::engine::native
