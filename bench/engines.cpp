// The library's engines side by side: milliseconds an image and a text, through the public interface.
//
//   cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DLONGCLIP_BUILD_BENCH=ON
//   cmake --build build/bench --target bench_engines
//   build/bench/bin/bench_engines PACKAGE [THREADS]
//
// Figures that mean something need a package of full size. Printed are medians, their ratio, and the largest
// difference of normalised features.

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <longclip/longclip.h>

namespace {

using longclip::Matrix;

longclip::Model load(const char* package, longclip::Engine engine, int threads) {
  longclip::LoadOptions options;
  options.engine = engine;
  options.threads = threads;
  return longclip::Model::load(package, options);
}

std::vector<longclip::Image> noise(std::size_t count, int size) {
  std::mt19937 generator(1);
  std::vector<longclip::Image> images;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::uint8_t> pixels(3 * static_cast<std::size_t>(size) * static_cast<std::size_t>(size));
    for (auto& value : pixels) value = static_cast<std::uint8_t>(generator());
    images.push_back(longclip::Image::from_pixels({pixels.data(), size, size, longclip::PixelFormat::rgb}));
  }
  return images;
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

double difference(const Matrix& a, const Matrix& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.rows(); ++i) {
    double x = 0;
    double y = 0;
    for (const float value : a.row(i)) x += static_cast<double>(value) * value;
    for (const float value : b.row(i)) y += static_cast<double>(value) * value;
    for (std::size_t j = 0; j < a.cols(); ++j) {
      largest = std::max(largest, std::abs(a(i, j) / std::sqrt(x) - b(i, j) / std::sqrt(y)));
    }
  }
  return largest;
}

struct Figure {
  std::string what;
  double milliseconds;  // an item, median
  Matrix features;
};

Figure measure(const std::string& what, std::size_t count, const std::function<Matrix()>& encode) {
  constexpr std::size_t kRounds = 11;
  Figure figure{what, 0, encode()};
  std::vector<double> times;
  for (std::size_t round = 0; round < kRounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    encode();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  std::sort(times.begin(), times.end());
  figure.milliseconds = times[kRounds / 2] / static_cast<double>(count);
  return figure;
}

std::vector<Figure> measure_all(const longclip::Model& model) {
  std::vector<Figure> figures;
  for (const std::size_t count : {1, 8}) {
    const auto images = noise(count, model.info().image_size);
    figures.push_back(
        measure("image, batch " + std::to_string(count), count, [&] { return model.encode_image(images); }));
  }
  for (const std::size_t tokens : {16, 64, 248}) {
    for (const std::size_t count : {1, 8}) {
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
    const auto native = measure_all(load(argv[1], longclip::Engine::native, threads));
    const auto torchscript = measure_all(load(argv[1], longclip::Engine::torchscript, threads));
    for (std::size_t i = 0; i < native.size(); ++i) {
      const double a = native[i].milliseconds;
      const double b = torchscript[i].milliseconds;
      std::printf("%-22s native %7.2f ms   torchscript %7.2f ms   %4.2f times as fast   difference %.1e\n",
                  native[i].what.c_str(), a, b, b / a, difference(native[i].features, torchscript[i].features));
    }
  } catch (const longclip::Error& error) {
    std::fprintf(stderr, "bench_engines: %s\n", error.what());
    return 1;
  }
}
