// Finds the pictures of a folder that fit a description best:
//
//   retrieval models/longclip-b photos "A cat with green eyes rests on a grey cover."
//
// The features of the pictures are kept in the folder, so that the second question is quick.

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include <longclip/longclip.h>

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> pictures_of(const fs::path& folder) {
  std::vector<fs::path> pictures;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (extension == ".jpg" || extension == ".png" || extension == ".webp") pictures.push_back(entry.path());
  }
  std::sort(pictures.begin(), pictures.end());
  return pictures;
}

longclip::Matrix features_of(const std::vector<fs::path>& pictures, const longclip::Model& model,
                             const fs::path& kept) {
  if (fs::exists(kept)) {
    auto features = longclip::load_npy(kept);
    if (features.rows() == pictures.size() && features.cols() == model.info().embedding_size) return features;
  }
  std::vector<longclip::Image> images;
  for (const auto& picture : pictures) images.push_back(longclip::Image::read(picture));
  auto features = model.encode_image(images).normalized();
  longclip::save_npy(kept, features);
  return features;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 4) {
    std::cerr << "usage: retrieval PACKAGE FOLDER DESCRIPTION\n";
    return 2;
  }
  const auto model = longclip::Model::load(argv[1]);
  const auto pictures = pictures_of(argv[2]);
  const auto features = features_of(pictures, model, fs::path(argv[2]) / "features.npy");
  const auto best = longclip::top_k(model.encode_text({argv[3]}), features, 5);
  for (const auto& match : best.front()) {
    std::cout << std::fixed << std::setprecision(4) << match.score << "  " << pictures[match.index].string() << '\n';
  }
} catch (const std::exception& error) {
  std::cerr << "retrieval: " << error.what() << '\n';
  return 1;
}
