// Every kind of every format: its pixels after preprocessing, compared with the reference's
// (tests/data/images/variants/make.py).

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <longclip/image.h>

#include "golden/golden.h"

namespace longclip {
namespace {

std::filesystem::path folder() { return golden::data("images/variants"); }

std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    const auto extension = entry.path().extension();
    if (extension != ".py" && extension != ".npz") names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

const golden::Npz& expected() {
  static const golden::Npz npz(folder() / "expected.npz");
  return npz;
}

void expect_equal(const std::string& name, const std::string& key, const ImageOptions& options = {}) {
  const auto pixels = expected().get<std::uint8_t>(key);
  const Image image = Image::read(folder() / name, options);
  EXPECT_EQ(image.preprocessed(static_cast<int>(pixels.rows())), pixels.values);
}

class Variant : public testing::TestWithParam<std::string> {};

TEST_P(Variant, HasTheReferencesPixels) { expect_equal(GetParam(), GetParam()); }

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, Variant, testing::ValuesIn(names()), test_name);

class Turned : public testing::TestWithParam<std::string> {};

TEST_P(Turned, HasTheReferencesPixelsWhenOrientationIsHonoured) {
  ImageOptions options;
  options.honour_orientation = true;
  expect_equal(GetParam(), GetParam() + ".turned", options);
}

std::vector<std::string> names_with_exif() {
  std::vector<std::string> all = names();
  std::erase_if(all, [](const std::string& name) { return !name.starts_with("exif_"); });
  return all;
}

INSTANTIATE_TEST_SUITE_P(Files, Turned, testing::ValuesIn(names_with_exif()), test_name);

}  // namespace
}  // namespace longclip
