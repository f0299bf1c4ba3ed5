#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <longclip/export.h>

namespace longclip {

// One picture of a data set and what is said of it.
struct Example {
  std::filesystem::path image;  // where the picture lies; not opened
  std::vector<std::string> long_captions;
  std::vector<std::string> short_captions;

  // Only `longclip scenes` writes these. A short caption is true of a picture if its claims are
  // among the picture's facts: what makes ambiguous captions fair to evaluate.
  std::vector<std::string> facts;
  std::vector<std::string> claims;
  // Pictures that tell themselves apart by one late detail share a group. -1: none.
  int group = -1;
  // What kind of detail that is, and at which token of the long caption (start token included) it
  // begins. -1: not told.
  std::string detail;
  int detail_token = -1;
};

struct Dataset {
  std::string format;          // "sharegpt4v", "coco", "flickr30k", "jsonl", "urban1k"
  std::filesystem::path path;  // the file or folder that was read
  std::vector<Example> examples;
};

struct DatasetOptions {
  std::string format;            // as in Dataset; empty: told by content
  std::filesystem::path images;  // the folder that picture names are relative to; empty: the format's usual place
  std::size_t first = 0;         // examples to leave out at the beginning
  std::size_t count = 0;         // examples to read at most; 0: all
};

// Reads the captions of a data set: docs/datasets.md has the formats. Pictures are named, not opened.
// Throws InvalidFile with the file, the line and the reason for one that is damaged, and InvalidInput
// for one that is of no known format or for options that do not fit.
LONGCLIP_EXPORT Dataset read_dataset(const std::filesystem::path& path, const DatasetOptions& options = {});

// The names of the formats, as Dataset and DatasetOptions have them.
LONGCLIP_EXPORT std::vector<std::string> dataset_formats();

// Pictures that lie in a folder for each class, as ImageNet's validation set does.
struct LabelledImages {
  std::filesystem::path path;
  std::vector<std::string> classes;           // names of the folders, in the order of their bytes
  std::vector<std::filesystem::path> images;  // by class, then by name; not opened
  std::vector<std::size_t> labels;            // of each image its class, counted from 0
};

// Every file in a class's folder, and in folders inside that, counts as a picture; hidden names do
// not. Throws InvalidFile for a folder that cannot be searched, InvalidInput for one without any.
LONGCLIP_EXPORT LabelledImages read_class_folders(const std::filesystem::path& folder);

}  // namespace longclip
