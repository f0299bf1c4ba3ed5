#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace longclip::checkpoint {

// A folder as Hugging Face's transformers or open_clip writes it: a config and the weights.
struct ModelFolder {
  std::string format;                        // "Hugging Face folder" or "open_clip folder"
  std::filesystem::path file;                // the weights, or the index of their shards
  std::vector<std::filesystem::path> files;  // the weights: one file, or the shards
  std::string activation;                    // as the config names it
  std::optional<int> vision_heads;
  std::optional<int> text_heads;
  std::optional<std::array<double, 3>> mean;  // of pixels in 0..1, where the preprocessing's config says so
  std::optional<std::array<double, 3>> std;
};

// Reads the config, with the format's defaults for what it leaves out, and finds the weights.
// Throws InvalidFile (no config, no weights, damaged), UnsupportedModel (not a CLIP, or pictures
// prepared in another way).
ModelFolder read_model_folder(const std::filesystem::path& path);

}  // namespace longclip::checkpoint
