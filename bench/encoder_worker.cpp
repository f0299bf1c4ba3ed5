// The library's side of bench/encoders.py: a process that holds one model, answers each line of JSON on standard input
// with one on standard output, and ends with its input. bench/peers/protocol.py says what is asked.
//
//   bench_encoder_worker PACKAGE PRECISION THREADS INPUTS    INPUTS: the folder that bench/peers/inputs.py wrote

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <longclip/longclip.h>
#include <nlohmann/json.hpp>

namespace {

using nlohmann::json;

std::vector<longclip::Image> read_images(const std::filesystem::path& file, int size, std::size_t count) {
  std::ifstream stream(file, std::ios::binary);
  std::vector<std::uint8_t> pixels(3 * static_cast<std::size_t>(size) * static_cast<std::size_t>(size));
  std::vector<longclip::Image> images;
  while (images.size() < count && stream.read(reinterpret_cast<char*>(pixels.data()), std::ssize(pixels))) {
    images.push_back(longclip::Image::from_pixels({pixels.data(), size, size, longclip::PixelFormat::rgb}));
  }
  if (images.size() < count) throw longclip::InvalidFile(file.string() + ": holds fewer pictures than were asked for");
  return images;
}

std::vector<std::string> read_texts(const std::filesystem::path& file, const std::string& set, std::size_t count) {
  std::ifstream stream(file);
  auto texts = json::parse(stream).at(set).get<std::vector<std::string>>();
  texts.resize(std::min(count, texts.size()));
  return texts;
}

// A field of /proc/self/status, in bytes.
std::uint64_t status(const std::string& field) {
  std::ifstream stream("/proc/self/status");
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(field + ":")) return 1024 * std::strtoull(line.c_str() + field.size() + 1, nullptr, 10);
  }
  return 0;
}

class Worker {
 public:
  Worker(longclip::Model model, std::filesystem::path inputs) : model_(std::move(model)), inputs_(std::move(inputs)) {}

  json answer(const json& request) {
    const std::string what = request.at("do");
    if (what == "prepare") {
      encode_ = prepare(request);
      features_ = encode_();
      return {{"ready", true}};
    }
    if (what == "run") return {{"milliseconds", run(request.at("repeat"))}};
    if (what == "features") {
      longclip::save_npy(request.at("to").get<std::string>(), features_);
      return {{"ready", true}};
    }
    if (what == "memory") return {{"resident", status("VmRSS")}, {"peak", status("VmHWM")}};
    throw longclip::InvalidInput("nothing is known of a request to " + what);
  }

 private:
  std::function<longclip::Matrix()> prepare(const json& request) const {
    const std::size_t count = request.at("count");
    if (request.at("tower") == "image") {
      return [this, images = read_images(inputs_ / "images.rgb", model_.info().image_size, count)] {
        return model_.encode_image(images);
      };
    }
    // How a peer's batches are made and padded is no business of ours: all texts are one call.
    return [this, texts = read_texts(inputs_ / "texts.json", request.at("texts"), count)] {
      return model_.encode_text(texts);
    };
  }

  std::vector<double> run(std::size_t repeat) {
    std::vector<double> milliseconds;
    for (std::size_t i = 0; i < repeat; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      features_ = encode_();
      milliseconds.push_back(
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    return milliseconds;
  }

  longclip::Model model_;
  std::filesystem::path inputs_;
  std::function<longclip::Matrix()> encode_;
  longclip::Matrix features_;
};

Worker load(const char* package, const char* precision, const char* threads, const char* inputs) {
  longclip::LoadOptions options;
  options.precision = longclip::parse_precision(precision);
  options.threads = std::atoi(threads);
  return {longclip::Model::load(package, options), inputs};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: bench_encoder_worker PACKAGE PRECISION THREADS INPUTS\n";
    return 2;
  }
  try {
    Worker worker = load(argv[1], argv[2], argv[3], argv[4]);
    std::cout << json{{"ready", true}} << std::endl;
    for (std::string line; std::getline(std::cin, line);) std::cout << worker.answer(json::parse(line)) << std::endl;
  } catch (const std::exception& error) {
    std::cout << json{{"failed", error.what()}} << std::endl;
    return 1;
  }
}
