// Parts of the library by themselves, in Google Benchmark's form.
//
//   cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DLONGCLIP_BUILD_BENCH=ON
//   cmake --build build/bench --target bench_micro
//   build/bench/bin/bench_micro --benchmark_filter=resize

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <longclip/image.h>
#include <longclip/tokenizer.h>

namespace {

// Tokens a second, one text at a time, all cleaning on.
void tokenize(benchmark::State& state, const std::string& text) {
  const auto tokenizer = longclip::Tokenizer::clip();
  const auto tokens = static_cast<std::int64_t>(tokenizer.encode(text).size());
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer.encode(text));
  state.SetItemsProcessed(tokens * static_cast<std::int64_t>(state.iterations()));
}

const std::string kSentence = "A brown dog runs along the wet sand of a beach, a red ball in its mouth. ";

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

BENCHMARK_CAPTURE(tokenize, query, std::string("red sports car"));
BENCHMARK_CAPTURE(tokenize, sentence, kSentence);
BENCHMARK_CAPTURE(tokenize, long_caption, repeated(kSentence, 12));
BENCHMARK_CAPTURE(tokenize, not_ascii,
                  std::string("Ein großer Hund läuft über die Straße – “schnell” &amp; fröhlich."));

// A decoded picture to the 224 x 224 pixels that a model takes, on one thread.
void resize(benchmark::State& state) {
  const auto width = static_cast<int>(state.range(0));
  const auto height = static_cast<int>(state.range(1));
  std::mt19937 generator(1);
  std::vector<std::uint8_t> pixels(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  for (auto& value : pixels) value = static_cast<std::uint8_t>(generator());
  const auto image = longclip::Image::from_pixels({pixels.data(), width, height, longclip::PixelFormat::rgb});
  for (auto _ : state) benchmark::DoNotOptimize(image.preprocessed(224));
}

BENCHMARK(resize)->Args({500, 375})->Args({4000, 3000})->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
