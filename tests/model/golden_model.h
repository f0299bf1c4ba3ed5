#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <longclip/longclip.h>

#include "golden/golden.h"
#include "kernel/kernels.h"
#include "temporary_folder.h"

namespace longclip::testing {

// The package of a golden checkpoint, converted once for the whole test program. `ratio` 1 leaves
// clip77 as it is.
inline std::filesystem::path golden_package(const std::string& checkpoint, int ratio = 4) {
  static const TemporaryFolder folder;
  static std::map<std::string, std::filesystem::path> made;
  const std::string name = checkpoint + "-" + std::to_string(ratio);
  auto found = made.find(name);
  if (found == made.end()) {
    ConvertOptions options;
    options.ratio = ratio;
    convert(golden::model(checkpoint), folder / name, options);
    found = made.emplace(name, folder / name).first;
  }
  return found->second;
}

// Those that this processor runs.
inline std::vector<Engine> engines() {
  if (kernel::find_kernels(Precision::fp32) == nullptr) return {Engine::torchscript};
  return {Engine::torchscript, Engine::native};
}

inline Model load_golden(const std::string& checkpoint, Engine engine = Engine::automatic, int ratio = 4) {
  LoadOptions options;
  options.engine = engine;
  return Model::load(golden_package(checkpoint, ratio), options);
}

inline const Model& golden_model(Engine engine = Engine::automatic) {
  static std::map<Engine, Model> models;
  const auto found = models.find(engine);
  return found != models.end() ? found->second
                               : models.emplace(engine, load_golden("longclip248.pt", engine)).first->second;
}

inline nlohmann::json read_json(const std::filesystem::path& path) {
  std::ifstream file(path);
  return nlohmann::json::parse(file);
}

inline std::vector<std::string> golden_texts() {
  std::vector<std::string> texts;
  for (const auto& entry : read_json(golden::model("texts.json"))) texts.push_back(entry["text"]);
  return texts;
}

// The pictures of golden/images in the order of the features, as the reference cropped them.
inline std::vector<Image> golden_crops() {
  const auto manifest = read_json(golden::data("images/manifest.json"));
  std::vector<Image> images;
  for (const auto& entry : manifest["images"]) {
    images.push_back(Image::read(golden::data("images/" + entry["pixels224"].get<std::string>())));
  }
  return images;
}

// Largest absolute difference; rows must be as many.
inline double largest_difference(const Matrix& ours, const golden::Array<float>& wanted) {
  EXPECT_EQ(ours.rows(), wanted.rows());
  EXPECT_EQ(ours.cols(), wanted.cols());
  double largest = 0;
  for (std::size_t i = 0; i < std::min(ours.rows(), wanted.rows()); ++i) {
    for (std::size_t j = 0; j < std::min(ours.cols(), wanted.cols()); ++j) {
      largest = std::max(largest, std::abs(static_cast<double>(ours(i, j)) - wanted(i, j)));
    }
  }
  return largest;
}

inline Matrix as_matrix(const golden::Array<float>& array) { return {array.rows(), array.cols(), array.values}; }

inline double largest_difference(const Matrix& a, const Matrix& b) {
  EXPECT_EQ(a.rows(), b.rows());
  EXPECT_EQ(a.cols(), b.cols());
  double largest = 0;
  for (std::size_t i = 0; i < a.rows(); ++i) {
    for (std::size_t j = 0; j < a.cols(); ++j) {
      largest = std::max(largest, std::abs(static_cast<double>(a(i, j)) - b(i, j)));
    }
  }
  return largest;
}

}  // namespace longclip::testing
