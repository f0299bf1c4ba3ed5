#include <array>

#include "dataset/format.h"

namespace longclip::dataset {
namespace {

constexpr std::array kFormats = {
    Format{"sharegpt4v", "a JSON list of {\"image\", \"conversations\"}", is_sharegpt4v, beside, read_sharegpt4v},
    Format{"coco", "COCO's captions (a JSON object with \"images\" and \"annotations\")", is_coco, coco_images,
           read_coco},
    Format{"flickr30k", "Flickr30k's results_20130124.token", is_flickr30k, flickr30k_images, read_flickr30k},
    Format{"jsonl", "JSON lines {\"image\", \"caption\"}", is_json_lines, beside, read_json_lines},
};

}  // namespace

std::span<const Format> formats() { return kFormats; }

std::filesystem::path beside(const std::filesystem::path& file) {
  const auto folder = file.parent_path();
  return folder.empty() ? "." : folder;
}

}  // namespace longclip::dataset
