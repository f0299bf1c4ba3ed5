#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/source.h"
#include "checkpoint/tensor.h"

namespace longclip::checkpoint {

// A published file as it was read: names and tensors as they stand in it, wrappers opened.
struct Checkpoint {
  std::filesystem::path path;             // what the user named
  std::filesystem::path file;             // the weights: path itself, or the file in a folder
  std::vector<Source> sources;            // the bytes that were read: of `file`, or of the shards by name
  std::string format;                     // for people: "PyTorch zip, nested under state_dict"
  std::map<std::string, Tensor> tensors;  // without "module." where all had it
  std::optional<std::string> activation;  // where a config says so: "quick_gelu", "gelu", ...
  std::optional<int> vision_heads;        // where a config says so; else width / 64
  std::optional<int> text_heads;
  std::optional<std::array<double, 3>> mean;  // of pixels in 0..1, where a config says so; else CLIP's
  std::optional<std::array<double, 3>> std;
  std::vector<std::string> notes;  // what a converter should know
};

// Reads any format of docs/checkpoints.md, told apart by content. Nothing is executed and no
// tensor is copied. Throws InvalidFile (damaged, refused) and UnsupportedModel.
Checkpoint read_checkpoint(const std::filesystem::path& path);

// The same for a file's bytes; `source.name` stands for its path.
Checkpoint read_checkpoint(const Source& source);

}  // namespace longclip::checkpoint
