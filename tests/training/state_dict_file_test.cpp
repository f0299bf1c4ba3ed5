#include "training/state_dict_file.h"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <torch/csrc/jit/serialization/pickle.h>
#include <torch/script.h>

#include <longclip/error.h>

#include "temporary_folder.h"

namespace longclip::training {
namespace {

TEST(StateDictFile, HoldsEveryTensor) {
  const testing::TemporaryFolder folder;
  const std::map<std::string, at::Tensor> tensors{{"matrix", at::arange(6, at::kFloat).reshape({2, 3})},
                                                  {"transposed", at::arange(6, at::kFloat).reshape({2, 3}).t()},
                                                  {"number", at::scalar_tensor(0.5)},
                                                  {"empty", at::empty({0, 4})}};
  write_state_dict(folder / "a.pt", tensors);
  const auto found = read_state_dict(folder / "a.pt");
  ASSERT_EQ(found.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) EXPECT_TRUE(at::equal(found.at(name), tensor)) << name;
}

TEST(StateDictFile, IsReadByLibTorch) {
  const testing::TemporaryFolder folder;
  const at::Tensor matrix = at::randn({3, 5});
  write_state_dict(folder / "a.pt", {{"weight", matrix}});
  std::ifstream file(folder / "a.pt", std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto dict = torch::jit::pickle_load(bytes).toGenericDict();
  EXPECT_TRUE(at::equal(dict.at("weight").toTensor(), matrix));
}

TEST(StateDictFile, NamesAPlaceThatCannotBeWritten) {
  try {
    write_state_dict("/proc/none/a.pt", {{"weight", at::zeros({1})}});
    FAIL();
  } catch (const InvalidFile& error) {
    EXPECT_NE(std::string(error.what()).find("/proc/none"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace longclip::training
