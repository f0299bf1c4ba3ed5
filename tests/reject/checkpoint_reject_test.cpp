// Damaged checkpoints: every reader either reads them or throws an Error; it does nothing else,
// which the sanitizers see.

#include <gtest/gtest.h>

#include <string>

#include <longclip/error.h>

#include "checkpoint/bytes.h"
#include "checkpoint/clip_weights.h"
#include "golden/golden.h"
#include "reject/damages.h"

namespace longclip::checkpoint {
namespace {

using test::source_of;

// Whether the file is read, elements included. Any exception but an Error escapes, and fails.
bool reads(const std::string& bytes) {
  try {
    const Checkpoint checkpoint = read_checkpoint(source_of(bytes));
    for (const auto& [name, tensor] : checkpoint.tensors) {
      if (is_floating(tensor.dtype)) to_float(tensor);
    }
    clip_weights(checkpoint);
    return true;
  } catch (const UnsupportedModel&) {
    return true;  // the reader was content: the small files are no CLIP
  } catch (const Error&) {
    return false;
  }
}

class Damaged : public testing::TestWithParam<const char*> {
 protected:
  const std::string bytes_ = golden::read_bytes(golden::data(std::string("checkpoint/") + GetParam()));
};

TEST_P(Damaged, CutAtEveryLengthIsRefused) {
  ASSERT_TRUE(reads(bytes_));
  for (std::size_t size = 0; size < bytes_.size(); ++size) {
    ASSERT_FALSE(reads(bytes_.substr(0, size))) << "cut at " << size;
  }
}

TEST_P(Damaged, WithMoreBehindItIsRefused) {
  for (const std::string& more : {std::string(1, '\0'), std::string(1000, '\0'), bytes_}) {
    if (more == bytes_ && bytes_.starts_with("PK"))
      continue;  // two archives: the last one counts, and is refused or read
    EXPECT_FALSE(reads(bytes_ + more));
  }
}

TEST_P(Damaged, ChangedInAnyByteIsReadOrRefused) {
  std::size_t refused = 0;
  reject::change_each_byte(bytes_, [&](const std::string& damaged) { refused += reads(damaged) ? 0 : 1; });
  EXPECT_GT(refused, bytes_.size() / 4);
}

TEST_P(Damaged, WithAnyBytesTakenOutOrDoubledIsReadOrRefused) {
  std::size_t refused = 0;
  reject::take_out_or_double(bytes_, 1, [&](const std::string& damaged) { refused += reads(damaged) ? 0 : 1; });
  EXPECT_GT(refused, bytes_.size());
}

TEST_P(Damaged, WithHugeNumbersAnywhereIsReadOrRefused) {
  for (std::size_t at = 0; at + 8 <= bytes_.size(); ++at) {
    for (const std::string& huge : {std::string("\xff\xff\xff\x7f"), std::string("\xff\xff\xff\xff\xff\xff\xff\x7f")}) {
      std::string changed = bytes_;
      changed.replace(at, huge.size(), huge);
      reads(changed);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, Damaged,
                         testing::Values("small.pt", "small_legacy.pt", "small_script.pt", "small.safetensors"));

}  // namespace
}  // namespace longclip::checkpoint
