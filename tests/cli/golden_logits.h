#pragma once

#include <string>
#include <vector>

#include "cli/golden_command.h"

namespace longclip::testing {

// What the published Python code gives for every golden picture and text, scaled by 100.
struct GoldenLogits {
  std::vector<std::string> images;  // file names
  std::vector<std::string> texts;
  golden::Array<float> logits = golden::read_npy<float>(golden::model("logits_per_image.npy"));

  GoldenLogits() {
    const auto manifest = golden_json(golden::data("images/manifest.json"));
    for (const auto& image : manifest["images"]) images.push_back(image["file"]);
    for (const auto& text : golden_json(golden::model("texts.json"))) texts.push_back(text["text"]);
  }

  // Pictures whose pixels differ from the reference's by design.
  static bool differs(const std::string& image) { return image == "cmyk.jpg" || image == "grey16.png"; }
};

}  // namespace longclip::testing
