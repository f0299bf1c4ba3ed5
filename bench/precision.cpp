// What a precision costs: features and rankings of each precision against those of fp32.
//
//   cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DLONGCLIP_BUILD_BENCH=ON
//   cmake --build build/bench --target bench_precision
//   build/release/bin/longclip scenes --count 1000 --size 384 --seed 4242 -o scenes
//   build/bench/bin/bench_precision models/longclip-scenes scenes examples/photos
//
// Each data set is a folder that read_dataset() knows, of scenes with long captions, or one of photos with a
// captions.txt, which counts for its features alone. Printed for each precision, and for fp32 with scaled decoding: the
// mean and the smallest cosine of a feature to that of fp32, and for a data set of pairs how many of them have the same
// first, and how many of the first ten in common, when each text ranks all pictures and each picture all texts; and
// what recall at 1 that leaves.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <longclip/longclip.h>

#include "cosines.h"

namespace {

using longclip::Matrix;
using longclip::Precision;

struct Inputs {
  std::string name;
  std::vector<longclip::Image> images;
  std::vector<longclip::Image> scaled;  // the same, which the decoder may shrink
  std::vector<std::string> texts;
  bool pairs = false;  // image i belongs to text i
};

std::string name_of(const std::filesystem::path& folder, const Inputs& inputs) {
  return folder.filename().string() + ", " + std::to_string(inputs.images.size()) + " pictures and " +
         std::to_string(inputs.texts.size()) + " texts";
}

Inputs read(const std::filesystem::path& folder) {
  Inputs inputs;
  const auto add = [&inputs](const std::filesystem::path& file) {
    longclip::ImageOptions options;
    inputs.images.push_back(longclip::Image::read(file, options));
    options.scaled_decoding = true;
    inputs.scaled.push_back(longclip::Image::read(file, options));
  };
  std::ifstream captions(folder / "captions.txt");
  if (captions) {
    for (std::string line; std::getline(captions, line);) {
      if (!line.empty()) inputs.texts.push_back(line);
    }
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".jpg") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) add(file);
    inputs.name = name_of(folder, inputs);
    return inputs;
  }
  inputs.pairs = true;
  for (const auto& example : longclip::read_dataset(folder).examples) {
    if (example.long_captions.empty()) continue;
    add(example.image);
    inputs.texts.push_back(example.long_captions.front());
  }
  inputs.name = name_of(folder, inputs);
  return inputs;
}

struct Features {
  Matrix images;
  Matrix texts;
};

using Rankings = std::vector<std::vector<longclip::Match>>;

struct Agreement {
  double first = 0;     // share of queries with the same best item
  double ten = 0;       // share of the ten best that both have
  double recall_1 = 0;  // of the second ranking
};

Agreement agreement(const Rankings& wanted, const Rankings& given) {
  Agreement agreement;
  const double share = 1.0 / static_cast<double>(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    agreement.first += wanted[i].front().index == given[i].front().index ? share : 0;
    agreement.recall_1 += given[i].front().index == i ? share : 0;
    for (const auto& item : given[i]) {
      const bool both = std::any_of(wanted[i].begin(), wanted[i].end(),
                                    [&](const longclip::Match& other) { return other.index == item.index; });
      agreement.ten += both ? share / static_cast<double>(given[i].size()) : 0;
    }
  }
  return agreement;
}

void print(const Inputs& inputs, const std::string& how, const Features& exact, const Features& features) {
  const auto images = cosines(exact.images, features.images);
  const auto texts = cosines(exact.texts, features.texts);
  std::printf("| %s | %s | %.6f (%.6f) | %.6f (%.6f) |", inputs.name.c_str(), how.c_str(), images.mean, images.smallest,
              texts.mean, texts.smallest);
  if (!inputs.pairs) {
    std::printf(" | | |\n");
    return;
  }
  const auto by_text =
      agreement(longclip::top_k(exact.texts, exact.images, 10), longclip::top_k(features.texts, features.images, 10));
  const auto by_image =
      agreement(longclip::top_k(exact.images, exact.texts, 10), longclip::top_k(features.images, features.texts, 10));
  std::printf(" %.1f / %.1f %% | %.1f / %.1f %% | %.1f / %.1f %% |\n", 100 * by_text.first, 100 * by_image.first,
              100 * by_text.ten, 100 * by_image.ten, 100 * by_text.recall_1, 100 * by_image.recall_1);
}

void run(const char* package, const std::vector<Inputs>& all) {
  std::vector<Features> exact;
  for (const auto precision : {Precision::fp32, Precision::bf16, Precision::int8}) {
    longclip::LoadOptions options;
    options.precision = precision;
    options.engine = longclip::Engine::native;
    try {
      const auto model = longclip::Model::load(package, options);
      for (std::size_t i = 0; i < all.size(); ++i) {
        Features features{model.encode_image(all[i].images), model.encode_text(all[i].texts)};
        if (precision == Precision::fp32) exact.push_back(features);
        print(all[i], std::string(to_string(precision)), exact[i], features);
        if (precision != Precision::fp32) continue;
        features.images = model.encode_image(all[i].scaled);
        print(all[i], "fp32, scaled decoding", exact[i], features);
      }
    } catch (const longclip::UnsupportedModel& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: bench_precision PACKAGE DATA...\n");
    return 2;
  }
  try {
    std::vector<Inputs> inputs;
    for (int i = 2; i < argc; ++i) inputs.push_back(read(argv[i]));
    std::printf(
        "| data | precision | cosine of images, mean (smallest) | of texts | same first, by text / by image | of "
        "ten, in common | recall at 1 |\n| --- | --- | --- | --- | --- | --- | --- |\n");
    run(argv[1], inputs);
  } catch (const longclip::Error& error) {
    std::fprintf(stderr, "bench_precision: %s\n", error.what());
    return 1;
  }
}
