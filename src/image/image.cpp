#include <longclip/image.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <new>
#include <utility>

#include <longclip/error.h>

#include "image/codec.h"
#include "image/preprocess.h"
#include "io/read_file.h"

namespace longclip {
namespace {

// Gives what codecs throw the picture's name and a remedy; `acceptable` if accept_damaged is one.
template <typename Work>
auto guarded(const std::string& name, const image::Codec* codec, bool acceptable, const Work& work) {
  try {
    return work();
  } catch (const image::CodecError& error) {
    if (error.kind() == image::CodecError::Kind::unsupported) throw InvalidFile(name + ": " + error.what());
    throw InvalidFile(name + ": damaged " + std::string(codec->name) + ": " + error.what() + "; fetch it again" +
                      (acceptable ? ", or take what there is of it (accept_damaged)" : ""));
  } catch (const std::bad_alloc&) {
    throw InvalidFile(name + ": too large for this machine's memory; make it smaller, or lower max_pixels");
  }
}

}  // namespace

// How much longer than needed the shorter side stays where the decoder scales. Measured on photos: with 2 pixels
// differ by 4 levels at most, with 1 by up to 50.
constexpr int kScaledFactor = 2;

// Either a file's bytes and their format, or pixels.
class Image::Source {
 public:
  Source(std::string name, std::vector<std::byte> bytes, const image::Codec& codec, const ImageOptions& options)
      : name_(std::move(name)), bytes_(std::move(bytes)), codec_(&codec), options_(options) {
    header_ = guarded(name_, codec_, false, [this] { return codec_->read_header(image::Bytes(bytes_)); });
    const std::uint64_t pixels = std::uint64_t{header_.width} * header_.height;
    const std::string size = std::to_string(header_.width) + " x " + std::to_string(header_.height) + " pixels";
    if (pixels == 0) throw InvalidFile(name_ + ": is empty: " + size);
    constexpr std::uint32_t kLongest = INT_MAX / 16;
    if (header_.width > kLongest || header_.height > kLongest) {
      throw InvalidFile(name_ + ": has " + size + ", and no side may be longer than " + std::to_string(kLongest) +
                        "; cut it into parts");
    }
    if (pixels > options_.max_pixels) {
      throw InvalidFile(name_ + ": has " + size + " (" + std::to_string(pixels) + "), more than the limit of " +
                        std::to_string(options_.max_pixels) + "; make it smaller, or raise max_pixels");
    }
  }

  explicit Source(image::Raster raster) : name_("pixels in memory"), raster_(std::move(raster)) {
    header_.width = static_cast<std::uint32_t>(raster_.width);
    header_.height = static_cast<std::uint32_t>(raster_.height);
  }

  const std::string& name() const noexcept { return name_; }
  int width() const noexcept { return static_cast<int>(header_.width); }
  int height() const noexcept { return static_cast<int>(header_.height); }

  // What `use` makes of the pixels, which live no longer than the call.
  template <typename Use>
  auto with_pixels(const Use& use) const {
    return guarded(name_, codec_, acceptable(), [&] {
      if (codec_ == nullptr) return use(raster_);
      return use(upright(codec_->decode(image::Bytes(bytes_), header_, options_.accept_damaged)));
    });
  }

  std::vector<std::uint8_t> preprocessed(int size) const {
    if (codec_ == nullptr || codec_->open == nullptr) {
      return with_pixels([size](const image::Raster& raster) { return image::preprocess(raster, size); });
    }
    return guarded(name_, codec_, acceptable(), [&] {
      const image::Decoding decoding{options_.accept_damaged, options_.scaled_decoding ? kScaledFactor * size : 0};
      const auto rows = codec_->open(image::Bytes(bytes_), header_, decoding);
      return turned() ? image::preprocess(upright(image::read_whole(*rows)), size) : image::preprocess(*rows, size);
    });
  }

 private:
  bool acceptable() const { return codec_ != nullptr && codec_->takes_damaged && !options_.accept_damaged; }
  bool turned() const { return options_.honour_orientation && header_.orientation != 1; }
  image::Raster upright(image::Raster raster) const {
    return turned() ? image::oriented(raster, header_.orientation) : std::move(raster);
  }

  std::string name_;
  std::vector<std::byte> bytes_;
  const image::Codec* codec_ = nullptr;  // null: raster_ has the pixels
  ImageOptions options_;
  image::Header header_;
  image::Raster raster_;
};

namespace {

constexpr const char* kFormats = "is no picture of a known format (JPEG, PNG, WebP, BMP, TIFF, GIF)";
constexpr int kMaxSize = 8192;  // of preprocessed(); no tower takes more

const image::Codec& codec_of(std::span<const std::byte> bytes, const std::string& name) {
  const image::Codec* codec = image::find_codec(image::Bytes(bytes));
  if (codec == nullptr) throw InvalidFile(name + ": " + (bytes.empty() ? "is empty" : kFormats));
  return *codec;
}

}  // namespace

Image::Image(std::shared_ptr<const Source> source) : source_(std::move(source)) {}

Image Image::read(const std::filesystem::path& path, const ImageOptions& options) {
  codec_of(io::read_file(path, 64), path.string());  // before a film of gigabytes is read for nothing
  std::vector<std::byte> bytes = io::read_file(path);
  const image::Codec& codec = codec_of(bytes, path.string());
  return Image(std::make_shared<const Source>(path.string(), std::move(bytes), codec, options));
}

Image Image::decode(std::span<const std::byte> bytes, const ImageOptions& options, std::string name) {
  const image::Codec& codec = codec_of(bytes, name);
  auto copy = guarded(name, &codec, false, [&] { return std::vector<std::byte>(bytes.begin(), bytes.end()); });
  return Image(std::make_shared<const Source>(std::move(name), std::move(copy), codec, options));
}

Image Image::from_pixels(const PixelView& view) {
  if (view.data == nullptr || view.width < 1 || view.height < 1) {
    throw InvalidInput("pixels of " + std::to_string(view.width) + " x " + std::to_string(view.height) +
                       ": both sides must be at least 1, and data given");
  }
  image::Mode mode = image::Mode::rgb;
  if (view.format == PixelFormat::grey) mode = image::Mode::grey;
  if (view.format == PixelFormat::rgba || view.format == PixelFormat::bgra) mode = image::Mode::rgba;
  const auto pixel = static_cast<std::ptrdiff_t>(image::channels(mode));
  const std::ptrdiff_t row = view.width * pixel;
  const std::ptrdiff_t stride = view.stride == 0 ? row : view.stride;
  if (std::abs(stride) < row) {
    throw InvalidInput("stride of " + std::to_string(view.stride) + " bytes: a row of pixels takes " +
                       std::to_string(row));
  }
  image::Raster raster;
  try {
    raster = image::Raster(mode, view.width, view.height);
  } catch (const std::exception&) {  // bad_alloc, or length_error for what no memory can have
    throw InvalidInput("pixels of " + std::to_string(view.width) + " x " + std::to_string(view.height) +
                       ": more than this machine's memory");
  }
  const bool swapped = view.format == PixelFormat::bgr || view.format == PixelFormat::bgra;
  for (int y = 0; y < view.height; ++y) {
    std::uint8_t* to = raster.row(y);
    std::copy_n(view.data + y * stride, row, to);
    for (std::ptrdiff_t x = 0; swapped && x < row; x += pixel) std::swap(to[x], to[x + 2]);
  }
  return Image(std::make_shared<const Source>(std::move(raster)));
}

int Image::width() const noexcept { return source_->width(); }
int Image::height() const noexcept { return source_->height(); }
const std::string& Image::name() const noexcept { return source_->name(); }

std::vector<std::uint8_t> Image::preprocessed(int size) const {
  if (size < 1 || size > kMaxSize) {
    throw InvalidInput("image size " + std::to_string(size) + ": must be from 1 to " + std::to_string(kMaxSize));
  }
  return source_->preprocessed(size);
}

Image::Pixels Image::pixels() const {
  return source_->with_pixels([](const image::Raster& raster) {
    return Pixels{raster.width, raster.height, image::to_rgb(raster)};
  });
}

}  // namespace longclip
