#include "image/jpeg_rows.h"

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

#include <jpeglib.h>

#include <jerror.h>

namespace longclip::image {
namespace {

// Whether columns and rows can be left out: in libjpeg-turbo, and without mistakes only since 2.1.
#if defined(LIBJPEG_TURBO_VERSION_NUMBER) && LIBJPEG_TURBO_VERSION_NUMBER >= 2001000
constexpr bool kLeavesOut = true;
void crop(jpeg_decompress_struct& jpeg, JDIMENSION& left, JDIMENSION& width) {
  jpeg_crop_scanline(&jpeg, &left, &width);
}
void skip(jpeg_decompress_struct& jpeg, JDIMENSION rows) { jpeg_skip_scanlines(&jpeg, rows); }
#else
constexpr bool kLeavesOut = false;
void crop(jpeg_decompress_struct&, JDIMENSION&, JDIMENSION&) {}
void skip(jpeg_decompress_struct&, JDIMENSION) {}
#endif

// No encoder makes so many scans (ten are usual); a hostile file that has thousands costs hours.
constexpr int kMaxScans = 100;

// libjpeg's state and ours, which its callbacks find through client_data.
struct Decoder {
  Decoder() = default;
  ~Decoder() { jpeg_destroy_decompress(&jpeg); }
  Decoder(const Decoder&) = delete;  // libjpeg keeps the address of its state
  Decoder& operator=(const Decoder&) = delete;

  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf escape{};
  char message[JMSG_LENGTH_MAX] = {};
  bool accept_damaged = false;
};

[[noreturn]] void escape(j_common_ptr jpeg) {
  auto* decoder = static_cast<Decoder*>(jpeg->client_data);
  jpeg->err->format_message(jpeg, decoder->message);
  std::longjmp(decoder->escape, 1);
}

// Level -1 is a warning. Bits that make no sense are none of the reference's errors; a file that
// ends early is.
void on_message(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  auto* decoder = static_cast<Decoder*>(jpeg->client_data);
  if (jpeg->err->msg_code == JWRN_JPEG_EOF && !decoder->accept_damaged) escape(jpeg);
}

void on_progress(j_common_ptr jpeg) {
  if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > kMaxScans) {
    jpeg->err->msg_code = JERR_BAD_PROGRESSION;
    escape(jpeg);
  }
}

// The largest scale, of 1/1, 1/2, 1/4 and 1/8, at which the shorter side keeps `at_least` pixels; 0: 1/1.
unsigned scale_for(const jpeg_decompress_struct& jpeg, int at_least) {
  unsigned scale = 1;
  const auto shorter = std::min(jpeg.image_width, jpeg.image_height);
  while (at_least > 0 && scale < 8 && shorter / (2 * scale) >= static_cast<unsigned>(at_least)) scale *= 2;
  return scale;
}

// The calls of libjpeg, which leaves by longjmp: nothing with a destructor may live in these.

bool read_header(Decoder& decoder, Bytes bytes, int at_least) {
  if (setjmp(decoder.escape) != 0) return false;
  jpeg_decompress_struct& jpeg = decoder.jpeg;
  jpeg_create_decompress(&jpeg);
  jpeg.client_data = &decoder;
  decoder.progress.progress_monitor = on_progress;
  jpeg.progress = &decoder.progress;
  jpeg_mem_src(&jpeg, bytes.data(), static_cast<unsigned long>(bytes.size()));
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = jpeg.num_components == 1 ? JCS_GRAYSCALE : jpeg.num_components == 3 ? JCS_RGB : JCS_CMYK;
  jpeg.scale_num = 1;
  jpeg.scale_denom = scale_for(jpeg, at_least);
  jpeg_calc_output_dimensions(&jpeg);
  return true;
}

// `left` and `width` become what is decoded of a row; 0 `width`: all of it.
bool start(Decoder& decoder, JDIMENSION& left, JDIMENSION& width) {
  if (setjmp(decoder.escape) != 0) return false;
  jpeg_start_decompress(&decoder.jpeg);
  if (width != 0) crop(decoder.jpeg, left, width);
  return true;
}

bool read(Decoder& decoder, std::uint8_t* rows, std::size_t stride, std::size_t count) {
  if (setjmp(decoder.escape) != 0) return false;
  constexpr std::size_t kMost = 16;
  JSAMPROW pointers[kMost];
  for (std::size_t done = 0; done < count;) {
    const std::size_t wanted = std::min(kMost, count - done);
    for (std::size_t i = 0; i < wanted; ++i) pointers[i] = rows + (done + i) * stride;
    done += jpeg_read_scanlines(&decoder.jpeg, pointers, static_cast<JDIMENSION>(wanted));
  }
  return true;
}

bool leave_out(Decoder& decoder, std::size_t count) {
  if (setjmp(decoder.escape) != 0) return false;
  skip(decoder.jpeg, static_cast<JDIMENSION>(count));
  return true;
}

bool finish(Decoder& decoder) {
  if (setjmp(decoder.escape) != 0) return false;
  jpeg_finish_decompress(&decoder.jpeg);  // reads on to the end: a marker within the pixels shows by what follows it
  return true;
}

// Columns and rows are left out in whole units that are decoded together. Beside those that are wanted so many more
// are kept, so that what is made up at the edge of the decoded part does not show.
constexpr JDIMENSION kMargin = 3;

class JpegRows final : public RowSource {
 public:
  JpegRows(Bytes bytes, const Header& header, const Decoding& decoding) {
    decoder_.accept_damaged = decoding.accept_damaged;
    decoder_.jpeg.err = jpeg_std_error(&decoder_.errors);
    decoder_.jpeg.client_data = &decoder_;
    decoder_.errors.error_exit = escape;
    decoder_.errors.emit_message = on_message;
    if (!read_header(decoder_, bytes, decoding.at_least)) fail();
    const jpeg_decompress_struct& jpeg = decoder_.jpeg;
    if (jpeg.image_width != header.width || jpeg.image_height != header.height) damaged("it has two sizes");
    // Huffman codes take a bit for each block of 8 x 8 pixels of a channel, of which at least one has a
    // quarter as many as the picture: a smaller file has lost its pixels, whatever marker it ends with.
    const std::uint64_t pixels = std::uint64_t{header.width} * header.height;
    if (!decoding.accept_damaged && jpeg.arith_code == 0 && pixels / (64 * 8 * 4) > bytes.size()) {
      damaged("it ends early");
    }
    width_ = jpeg.output_width;
    unit_width_ = static_cast<JDIMENSION>(jpeg.max_h_samp_factor * 8);
    unit_height_ = static_cast<JDIMENSION>(jpeg.max_v_samp_factor * 8);
  }

  Mode mode() const override {
    const int components = decoder_.jpeg.num_components;
    return components == 1 ? Mode::grey : components == 3 ? Mode::rgb : Mode::cmyk;
  }
  int width() const override { return static_cast<int>(width_); }
  int height() const override { return static_cast<int>(decoder_.jpeg.output_height); }

  void begin(const Region& region) override {
    const auto left = static_cast<JDIMENSION>(region.left);
    const auto right = left + static_cast<JDIMENSION>(region.width);
    JDIMENSION first = 0;
    JDIMENSION count = 0;
    if (leaves_out()) {
      first = left - std::min(left, kMargin * unit_width_);
      count = std::min(width_, right + kMargin * unit_width_) - first;
    }
    if (!start(decoder_, first, count)) fail();
    const auto bytes = static_cast<std::size_t>(channels(mode()));
    row_bytes_ = decoder_.jpeg.output_width * bytes;
    before_ = (left - first) * bytes;
    const auto top = static_cast<JDIMENSION>(region.top);
    leave_out_before(top - std::min(top, kMargin * unit_height_));
    discard_before(top);
  }

  std::size_t row_bytes() const override { return row_bytes_; }
  std::size_t bytes_before_region() const override { return before_; }

  void read(std::uint8_t* rows, std::size_t stride, std::size_t count) override {
    const JDIMENSION first = decoder_.jpeg.output_scanline;
    if (!broken_ && !image::read(decoder_, rows, stride, count)) {
      if (!decoder_.accept_damaged || decoder_.jpeg.output_scanline == 0) fail();
      broken_ = true;
    }
    const std::size_t done = std::min<std::size_t>(decoder_.jpeg.output_scanline - first, count);
    for (std::size_t y = 0; y < count; ++y) {
      std::uint8_t* row = rows + y * stride;
      if (y >= done) std::memset(row, 0, row_bytes_);
      if (mode() != Mode::cmyk) continue;
      for (std::size_t x = 0; x < row_bytes_; ++x)
        row[x] = static_cast<std::uint8_t>(255 - row[x]);  // Adobe's way round, as the reference assumes
    }
  }

  void finish() override {
    const JDIMENSION height = decoder_.jpeg.output_height;
    const JDIMENSION unit_end = (decoder_.jpeg.output_scanline + unit_height_ - 1) / unit_height_ * unit_height_;
    discard_before(std::min(unit_end, height));
    leave_out_before(height - std::min(height, unit_height_));  // what is left out to the end is not even looked at
    discard_before(height);
    if (!broken_ && !image::finish(decoder_) && !decoder_.accept_damaged) fail();
  }

 private:
  [[noreturn]] void fail() const { damaged(decoder_.message); }

  // Damage is found in what is left out, too, but not as far as accept_damaged asks to know.
  bool leaves_out() const { return kLeavesOut && !decoder_.accept_damaged; }

  // Leaves out whole units of rows, as far as they end before `row`. The next row begins one.
  void leave_out_before(JDIMENSION row) {
    const JDIMENSION end = row / unit_height_ * unit_height_;
    const JDIMENSION next = decoder_.jpeg.output_scanline;
    if (leaves_out() && end > next && !leave_out(decoder_, end - next)) fail();
  }

  void discard_before(JDIMENSION end) {
    std::vector<std::uint8_t> row(row_bytes_);
    while (!broken_ && decoder_.jpeg.output_scanline < end) read(row.data(), 0, 1);
  }

  Decoder decoder_;
  JDIMENSION width_ = 0;
  JDIMENSION unit_width_ = 0;
  JDIMENSION unit_height_ = 0;
  std::size_t row_bytes_ = 0;
  std::size_t before_ = 0;
  bool broken_ = false;  // what is missing is 0
};

}  // namespace

std::unique_ptr<RowSource> open_jpeg(Bytes bytes, const Header& header, const Decoding& decoding) {
  return std::make_unique<JpegRows>(bytes, header, decoding);
}

}  // namespace longclip::image
