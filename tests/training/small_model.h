#pragma once

// A model and data that are trained in a moment.

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <opencv2/imgcodecs.hpp>

#include <longclip/convert.h>
#include <longclip/dataset.h>
#include <longclip/training.h>

namespace longclip::training {

inline Architecture small_architecture() {
  Architecture architecture;
  architecture.embedding_size = 32;
  architecture.image_size = 32;
  architecture.patch_size = 8;
  architecture.vision = {64, 2, 1, 256};
  architecture.vocabulary_size = 49408;
  architecture.context_length = 77;
  architecture.text = {64, 2, 1, 256};
  architecture.activation = "quick_gelu";
  return architecture;
}

// Pictures of plain colours, each with its name: a short caption, and a long one that says more.
inline std::vector<Example> colours(const std::filesystem::path& folder) {
  const std::vector<std::pair<std::string, cv::Scalar>> all{
      {"red", {0, 0, 255}},       {"green", {0, 255, 0}},   {"blue", {255, 0, 0}},     {"yellow", {0, 255, 255}},
      {"white", {255, 255, 255}}, {"black", {0, 0, 0}},     {"grey", {128, 128, 128}}, {"purple", {128, 0, 128}},
      {"orange", {0, 140, 255}},  {"brown", {20, 60, 120}}, {"pink", {200, 150, 255}}, {"cyan", {255, 255, 0}}};
  std::vector<Example> examples;
  for (const auto& [name, colour] : all) {
    const auto file = folder / (name + ".png");
    cv::imwrite(file.string(), cv::Mat(40, 40, CV_8UC3, colour));
    Example example;
    example.image = file;
    example.short_captions = {name};
    example.long_captions = {"A picture that is " + name + " all over, from one corner to the other, without any mark"};
    examples.push_back(example);
  }
  return examples;
}

inline TrainingOptions small_options() {
  TrainingOptions options;
  options.architecture = small_architecture();
  options.batch = 4;
  options.steps = 6;
  options.warmup = 2;
  options.threads = 1;
  options.precision = TrainingPrecision::fp32;
  options.checkpoint_every = 2;
  options.seed = 7;
  return options;
}

}  // namespace longclip::training
