// Milliseconds of processor time from a picture's bytes to a tower's pixels, on one thread: decoding, resizing, and
// both as Image::preprocessed() does them.
//
//   build/bench/bin/bench_pictures PICTURE...
//
// bench/pictures.py does the same with Pillow.

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <span>
#include <vector>

#include <longclip/image.h>

#include "image/codec.h"
#include "image/preprocess.h"
#include "io/read_file.h"

namespace {

using namespace longclip;

constexpr int kSize = 224;

// The median over about a second. Of processor time, which other programs' load hardly lengthens.
double milliseconds(const std::function<void()>& work) {
  std::vector<double> times;
  double sum = 0;
  while (times.size() < 7 || sum < 1000) {
    const std::clock_t start = std::clock();
    work();
    times.push_back(1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    sum += times.back();
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

void measure(const char* path) {
  const std::vector<std::byte> file = io::read_file(path);
  const image::Bytes bytes{std::span(file)};
  const image::Codec* codec = image::find_codec(bytes);
  if (codec == nullptr) {
    std::printf("%s: no picture\n", path);
    return;
  }
  const image::Header header = codec->read_header(bytes);
  const image::Raster raster = codec->decode(bytes, header, false);
  const Image image = Image::decode(file);
  std::printf("%s  %d x %d  decode %.2f  resize %.2f  both %.2f\n", path, raster.width, raster.height,
              milliseconds([&] { codec->decode(bytes, header, false); }),
              milliseconds([&] { image::preprocess(raster, kSize); }),
              milliseconds([&] { image.preprocessed(kSize); }));
}

}  // namespace

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) measure(arguments[i]);
}
