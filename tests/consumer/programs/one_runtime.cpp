// Runs a model, then looks at what the process has mapped: exactly one OpenMP runtime, and LibTorch
// from the folder that is named, whatever the loader was told of others.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <string>

#include <longclip/longclip.h>

namespace {

std::set<std::string> mapped_libraries() {
  std::set<std::string> paths;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const auto slash = line.find('/');
    if (slash != std::string::npos) paths.insert(line.substr(slash));
  }
  return paths;
}

bool starts_with(const std::string& text, const std::string& head) { return text.rfind(head, 0) == 0; }

}  // namespace

int main(int, char** argv) {
  const auto model = longclip::Model::load("models/longclip-b");
  model.encode_text({"one runtime"});
  model.encode_image({longclip::Image::read("street.jpg")});

  const auto folder = std::filesystem::canonical(argv[1]).string();
  int runtimes = 0;
  bool right = true;
  for (const auto& path : mapped_libraries()) {
    const auto name = std::filesystem::path(path).filename().string();
    if (starts_with(name, "libgomp") || starts_with(name, "libomp") || starts_with(name, "libiomp")) {
      std::cout << "OpenMP: " << path << '\n';
      ++runtimes;
    }
    if (starts_with(name, "libtorch") || starts_with(name, "libc10")) {
      std::cout << "LibTorch: " << path << '\n';
      right = right && starts_with(path, folder + '/');
    }
  }
  if (runtimes != 1) std::cout << runtimes << " OpenMP runtimes are mapped, not one\n";
  if (!right) std::cout << "LibTorch is not that of " << folder << '\n';
  return runtimes == 1 && right ? EXIT_SUCCESS : EXIT_FAILURE;
}
