// Finds the pictures of a folder that fit a description best:
//
//   retrieval models/longclip-b photos "A cat with green eyes rests on a grey cover."
//
// The features of the pictures are kept in the folder, so that the second question is quick.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <longclip/longclip.h>

namespace fs = std::filesystem;

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
                             const fs::path& folder) {
  // What is kept holds for this model and for the pictures as they are now.
  std::string state = model.info().name + ' ' + model.info().source + '\n', kept;
  for (const auto& picture : pictures) {
    const auto changed = fs::last_write_time(picture).time_since_epoch().count();
    state += picture.string() + ' ' + std::to_string(fs::file_size(picture)) + ' ' + std::to_string(changed) + '\n';
  }
  std::ifstream file(folder / "features.txt");
  if (std::getline(file, kept, '\0') && kept == state) return longclip::load_npy(folder / "features.npy");

  std::vector<longclip::Image> images;
  for (const auto& picture : pictures) images.push_back(longclip::Image::read(picture));
  auto features = model.encode_image(images);
  longclip::save_npy(folder / "features.npy", features);
  std::ofstream(folder / "features.txt") << state;
  return features;
}

int main(int argc, char** argv) try {
  if (argc != 4) {
    std::cerr << "usage: retrieval PACKAGE FOLDER DESCRIPTION\n";
    return 2;
  }
  const auto model = longclip::Model::load(argv[1]);
  const auto pictures = pictures_of(argv[2]);
  if (pictures.empty()) throw std::runtime_error(std::string(argv[2]) + " holds no pictures");
  const auto best = longclip::top_k(model.encode_text({argv[3]}), features_of(pictures, model, argv[2]), 5);
  for (const auto& match : best.front()) std::cout << match.score << "  " << pictures[match.index].string() << '\n';
} catch (const std::exception& error) {
  std::cerr << "retrieval: " << error.what() << '\n';
  return 1;
}
