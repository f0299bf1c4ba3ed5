// Encodes one photo or one text and says when: the library's side of bench/first_feature.py.
//
//   bench_first_feature PACKAGE image PHOTO [THREADS]
//   bench_first_feature PACKAGE text TEXT [THREADS]
//
// Prints seconds of the steady clock, which is the system's monotonic one: main() begun, model
// loaded, feature there.

#include <chrono>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <string>

#include <longclip/longclip.h>

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

int main(int argc, char** argv) {
  const double begun = now();
  const std::string kind = argc == 4 || argc == 5 ? argv[2] : "";
  if (kind != "image" && kind != "text") {
    std::cerr << "usage: bench_first_feature PACKAGE image PHOTO [THREADS]\n"
                 "       bench_first_feature PACKAGE text TEXT [THREADS]\n";
    return 2;
  }
  try {
    longclip::LoadOptions options;
    if (argc == 5) options.threads = std::atoi(argv[4]);
    const auto model = longclip::Model::load(argv[1], options);
    const double loaded = now();
    if (kind == "image") model.encode_image({longclip::Image::read(argv[3])});
    if (kind == "text") model.encode_text({argv[3]});
    const double encoded = now();
    std::cout << std::fixed << std::setprecision(6) << begun << ' ' << loaded << ' ' << encoded << '\n';
  } catch (const longclip::Error& error) {
    std::cerr << "bench_first_feature: " << error.what() << '\n';
    return 1;
  }
}
