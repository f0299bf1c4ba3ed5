// The library's engines and precisions side by side: milliseconds an image and a text, through the public interface.
//
//   cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DLONGCLIP_BUILD_BENCH=ON
//   cmake --build build/bench --target bench_engines
//   build/bench/bin/bench_engines PACKAGE [THREADS]
//
// Figures that mean something need a package of full size. Printed are medians and, against the first column, the
// smallest cosine of features; then by how much normalised features of both engines differ in fp32. What a processor
// lacks is left out.

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <longclip/longclip.h>

#include "cosines.h"
#include "noise.h"

namespace {

using longclip::Matrix;
using longclip::Precision;

longclip::Model load(const char* package, longclip::Engine engine, longclip::Precision precision, int threads) {
  longclip::LoadOptions options;
  options.engine = engine;
  options.precision = precision;
  options.threads = threads;
  return longclip::Model::load(package, options);
}

// Texts of so many tokens, start and end included: each of these words is one.
std::vector<std::string> texts_of(std::size_t count, std::size_t tokens) {
  constexpr std::array<const char*, 8> kWords{"dog", "cat", "red", "car", "tree", "house", "blue", "street"};
  std::mt19937 generator(2);
  std::vector<std::string> texts(count);
  for (auto& text : texts) {
    for (std::size_t i = 2; i < tokens; ++i) text += std::string(text.empty() ? "" : " ") + kWords[generator() % 8];
  }
  return texts;
}

// The largest of normalised features.
double difference(const Matrix& a, const Matrix& b) {
  const Matrix x = a.normalized();
  const Matrix y = b.normalized();
  double largest = 0;
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (std::size_t j = 0; j < x.cols(); ++j) largest = std::max<double>(largest, std::abs(x(i, j) - y(i, j)));
  }
  return largest;
}

struct Figure {
  std::string what;
  double milliseconds;  // an item, median
  Matrix features;
};

Figure measure(const std::string& what, std::size_t count, const std::function<Matrix()>& encode) {
  constexpr std::size_t kMostRounds = 11;
  constexpr double kEnough = 4000;  // milliseconds
  Figure figure{what, 0, encode()};
  std::vector<double> times;
  double all = 0;
  while (times.size() < kMostRounds && (times.size() < 3 || all < kEnough)) {
    const auto begin = std::chrono::steady_clock::now();
    encode();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    all += times.back();
  }
  std::sort(times.begin(), times.end());
  figure.milliseconds = times[times.size() / 2] / static_cast<double>(count);
  return figure;
}

std::vector<Figure> measure_all(const longclip::Model& model) {
  std::vector<Figure> figures;
  for (const std::size_t count : {1, 8}) {
    const auto images = noise(count, model.info().image_size);
    figures.push_back(
        measure("image, batch " + std::to_string(count), count, [&] { return model.encode_image(images); }));
  }
  for (const std::size_t tokens : {8, 16, 64, 248}) {
    for (const std::size_t count : {1, 8, 256}) {
      if (tokens * count > 1 << 12) continue;
      const auto texts = texts_of(count, tokens);
      figures.push_back(measure("text of " + std::to_string(tokens) + ", batch " + std::to_string(count), count,
                                [&] { return model.encode_text(texts); }));
    }
  }
  return figures;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_engines PACKAGE [THREADS]\n");
    return 2;
  }
  try {
    const int threads = argc > 2 ? std::atoi(argv[2]) : 0;
    // One after the other: OpenMP's threads, which TorchScript runs on, keep the processors busy for a while after
    // each call.
    std::vector<std::pair<std::string, std::vector<Figure>>> columns;
    for (const auto precision : {Precision::fp32, Precision::bf16, Precision::int8}) {
      try {
        columns.emplace_back("native " + std::string(to_string(precision)),
                             measure_all(load(argv[1], longclip::Engine::native, precision, threads)));
      } catch (const longclip::UnsupportedModel& error) {
        std::fprintf(stderr, "%s\n", error.what());
      }
    }
    columns.emplace_back("torchscript fp32",
                         measure_all(load(argv[1], longclip::Engine::torchscript, Precision::fp32, threads)));
    std::printf("%-22s", "ms an item (cosine)");
    for (const auto& [name, figures] : columns) std::printf(" %20s", name.c_str());
    for (std::size_t i = 0; i < columns.front().second.size(); ++i) {
      std::printf("\n%-22s", columns.front().second[i].what.c_str());
      for (const auto& [name, figures] : columns) {
        std::printf(" %9.2f (%.6f)", figures[i].milliseconds,
                    cosines(columns.front().second[i].features, figures[i].features).smallest);
      }
    }
    double largest = 0;
    for (std::size_t i = 0; i < columns.front().second.size(); ++i) {
      largest = std::max(largest, difference(columns.front().second[i].features, columns.back().second[i].features));
    }
    std::printf("\nnormalised features of native and torchscript in fp32 differ by at most %.1e\n", largest);
  } catch (const longclip::Error& error) {
    std::fprintf(stderr, "bench_engines: %s\n", error.what());
    return 1;
  }
}
