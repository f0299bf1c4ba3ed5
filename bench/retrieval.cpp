// Recall at the size of Flickr30k: 31,783 pictures and five texts of each, on random features of 512 values.
//
//   cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DLONGCLIP_BUILD_BENCH=ON
//   cmake --build build/bench --target bench_retrieval
//   build/bench/bin/bench_retrieval
//
// Prints the seconds that evaluate_retrieval() takes on all processors, its bootstrap included, and the most
// memory that the process has had until then and before, when it held the features alone (391 MB, and LibTorch's
// libraries). The scores of all pairs would be 20,203 MB.

#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <random>

#include <longclip/longclip.h>

namespace {

constexpr std::size_t kImages = 31783;
constexpr std::size_t kTextsOfImage = 5;
constexpr std::size_t kWidth = 512;

// Made in place: a copy would count as memory that the evaluation needs.
longclip::Matrix unit_features(std::size_t rows, std::uint32_t seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  longclip::Matrix features(rows, kWidth);
  for (std::size_t i = 0; i < rows; ++i) {
    double square = 0;
    for (float& value : features.row(i)) {
      value = normal(generator);
      square += double{value} * value;
    }
    for (float& value : features.row(i)) value = static_cast<float>(value / std::sqrt(square));
  }
  return features;
}

double peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
}

}  // namespace

int main() {
  const auto images = unit_features(kImages, 1);
  const auto texts = unit_features(kTextsOfImage * kImages, 2);
  longclip::Relevance relevance;
  for (std::size_t text = 0; text < texts.rows(); ++text) relevance.own.push_back(text / kTextsOfImage);

  const double before = peak_megabytes();
  const auto start = std::chrono::steady_clock::now();
  longclip::evaluate_retrieval(images, texts, relevance);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::cout << std::fixed << std::setprecision(1) << seconds.count() << " s, peak memory " << peak_megabytes()
            << " MB, before " << before << " MB\n";
}
