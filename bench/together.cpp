// What a model's threads cost others: two models at once, callers of one, an application with its own OpenMP.
//
//   cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DLONGCLIP_BUILD_BENCH=ON
//   cmake --build build/bench --target bench_together
//   build/bench/bin/bench_together PACKAGE [THREADS]
//
// Printed are images and texts of 150 tokens a second, eight a call, of all that run at the same time together. Where
// nothing is lost each line has as many as the first one. Figures that mean something need a package of full size.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <longclip/longclip.h>

#include "noise.h"

namespace {

double seconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

constexpr int kCalls = 6;
constexpr std::size_t kAtOnce = 8;

// Inputs a second of `work`, which makes kCalls calls: the median of five, after one that is not counted.
double rate(const std::function<void()>& work) {
  work();
  std::vector<double> rates;
  for (int i = 0; i < 5; ++i) rates.push_back(kCalls * kAtOnce / seconds(work));
  std::sort(rates.begin(), rates.end());
  return rates[2];
}

// An application's own work: a loop on all its OpenMP threads, which wait for the next one by spinning for a while.
void work_of_application() {
  double sum = 0;
#pragma omp parallel for reduction(+ : sum)
  for (int i = 0; i < 200000; ++i) sum += 1.0 / (i + 1);
  if (sum < 0) std::puts("");  // so that it is computed
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc == 3 ? std::atoi(argv[2]) : 0;
  if (argc < 2 || argc > 3 || threads < 0) {
    std::fputs("usage: bench_together PACKAGE [THREADS]\n", stderr);
    return 2;
  }
  try {
    longclip::LoadOptions options;
    options.threads = threads;
    const auto model = longclip::Model::load(argv[1], options);
    const auto other = longclip::Model::load(argv[1], options);
    const auto images = noise(kAtOnce, model.info().image_size);
    std::string text = "dog";
    for (int i = 3; i < 150; ++i) text += " dog";
    const std::vector<std::string> texts(kAtOnce, text);

    using Encode = std::function<void(const longclip::Model&, int)>;
    const Encode encode_images = [&](const longclip::Model& by, int calls) {
      for (int i = 0; i < calls; ++i) by.encode_image(images);
    };
    const Encode encode_texts = [&](const longclip::Model& by, int calls) {
      for (int i = 0; i < calls; ++i) by.encode_text(texts);
    };
    const auto report = [&](const char* what, const std::function<void(const Encode&)>& work) {
      const double of_images = rate([&] { work(encode_images); });
      const double of_texts = rate([&] { work(encode_texts); });
      std::printf("%-66s %9.2f %9.2f\n", what, of_images, of_texts);
      std::fflush(stdout);
    };
    const auto halves = [](const Encode& encode, const longclip::Model& one, const longclip::Model& two) {
      std::thread beside([&] { encode(two, kCalls / 2); });
      encode(one, kCalls / 2);
      beside.join();
    };
    std::printf("%-66s %9s %9s\n", "", "images/s", "texts/s");
    report("one model", [&](const Encode& encode) { encode(model, kCalls); });
    report("two models at the same time", [&](const Encode& encode) { halves(encode, model, other); });
    report("one model, two callers at the same time", [&](const Encode& encode) { halves(encode, model, model); });
    report("one model, called between an application's OpenMP loops", [&](const Encode& encode) {
      for (int i = 0; i < kCalls; ++i) {
        work_of_application();
        encode(model, 1);
      }
    });
    report("one model, called by the threads of an application's OpenMP loop", [&](const Encode& encode) {
#pragma omp parallel for schedule(dynamic, 1)
      for (int i = 0; i < kCalls; ++i) encode(model, 1);
    });
  } catch (const longclip::Error& error) {
    std::fprintf(stderr, "bench_together: %s\n", error.what());
    return 1;
  }
}
