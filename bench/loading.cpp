// What loading a package takes, by precision: seconds and memory.
//
//   cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DLONGCLIP_BUILD_BENCH=ON
//   cmake --build build/bench --target bench_loading
//   build/bench/bin/bench_loading PACKAGE [THREADS]
//
// Each precision is loaded by processes of its own, the files being in the page cache: five times with the SHA-256 of
// the towers compared, as if nothing is asked for, and five without. Printed are medians, beside the time that reading
// the same files takes; and the memory at its most while loading and afterwards, beyond that of the process before.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <longclip/longclip.h>

namespace {

using longclip::Precision;

struct Loaded {
  double seconds = 0;
  double most = 0;  // megabytes
  double kept = 0;
  double weights = 0;
};

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// A field of this process's status, in megabytes.
double memory(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return std::stod(line.substr(field.size() + 1)) * 1024 / 1e6;
  }
  return 0;
}

// Of a model's weights, in megabytes. The token table of int8 is in bfloat16: only what is multiplied has 8 bits.
double size_of_weights(const longclip::Model& model, Precision precision) {
  const auto& info = model.info();
  const auto parameters = static_cast<double>(info.vision.parameters + info.text.parameters);
  const double bytes = precision == Precision::fp32 ? 4 : precision == Precision::bf16 ? 2 : 1;
  const double table = info.has_text ? static_cast<double>(model.tokenizer().size()) * info.text.width : 0;
  return (parameters * bytes + (precision == Precision::int8 ? table : 0)) / 1e6;
}

Loaded load(const std::filesystem::path& package, const longclip::LoadOptions& options) {
  const double before = memory("VmRSS");
  const auto begin = std::chrono::steady_clock::now();
  const auto model = longclip::Model::load(package, options);
  Loaded loaded;
  loaded.seconds = seconds_since(begin);
  loaded.most = memory("VmHWM") - before;
  loaded.kept = memory("VmRSS") - before;
  loaded.weights = size_of_weights(model, options.precision);
  return loaded;
}

// By a process of its own. All zero where that fails, which has told why.
Loaded load_apart(const std::filesystem::path& package, const longclip::LoadOptions& options) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    Loaded loaded;
    try {
      loaded = load(package, options);
    } catch (const longclip::Error& error) {
      std::fprintf(stderr, "bench_loading: %s\n", error.what());
    }
    const bool told = ::write(ends[1], &loaded, sizeof loaded) == sizeof loaded;
    ::_exit(told ? 0 : 1);
  }
  Loaded loaded;
  ::close(ends[1]);
  if (child < 0 || ::read(ends[0], &loaded, sizeof loaded) != sizeof loaded) loaded = {};
  ::close(ends[0]);
  if (child > 0) ::waitpid(child, nullptr, 0);
  return loaded;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// False where it cannot be loaded.
bool report(const std::filesystem::path& package, Precision precision, int threads) {
  longclip::LoadOptions options;
  options.precision = precision;
  options.threads = threads;
  std::array<std::vector<double>, 2> seconds;
  Loaded last;
  for (int i = 0; i < 5; ++i) {
    for (const bool verify : {false, true}) {
      options.verify = verify;
      last = load_apart(package, options);
      if (last.weights == 0) return false;
      seconds[verify].push_back(last.seconds);
    }
  }
  std::printf("%-6s %8.3f s %12.3f s %10.0f MB %10.0f MB %8.2f %10.0f MB\n",
              std::string(longclip::to_string(precision)).c_str(), median(seconds[true]), median(seconds[false]),
              last.weights, last.most, last.most / last.weights, last.kept);
  std::fflush(stdout);
  return true;
}

double seconds_to_read(const std::filesystem::path& package) {
  std::vector<char> bytes(1 << 20);
  const auto begin = std::chrono::steady_clock::now();
  for (const char* name : {"vision.pt", "text.pt"}) {
    std::ifstream file(package / name, std::ios::binary);
    while (file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
    }
  }
  return seconds_since(begin);
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc == 3 ? std::atoi(argv[2]) : 0;
  if (argc < 2 || argc > 3 || threads < 0) {
    std::fputs("usage: bench_loading PACKAGE [THREADS]\n", stderr);
    return 2;
  }
  std::vector<double> reading;
  for (int i = 0; i < 6; ++i) reading.push_back(seconds_to_read(argv[1]));
  reading.erase(reading.begin());
  std::printf("Reading the files takes %.3f s.\n\n", median(reading));
  std::printf("%-6s %10s %14s %13s %13s %8s %13s\n", "", "load", "not verified", "weights", "at most", "ratio", "kept");
  std::fflush(stdout);
  for (const auto precision : {Precision::fp32, Precision::bf16, Precision::int8}) {
    if (!report(argv[1], precision, threads) && precision == Precision::fp32) return 1;
  }
}
