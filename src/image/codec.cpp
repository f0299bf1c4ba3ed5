#include "image/codec.h"

namespace longclip::image {

const Codec* find_codec(Bytes bytes) {
  for (const Codec* codec : {&jpeg_codec, &png_codec, &webp_codec, &bmp_codec, &tiff_codec, &gif_codec}) {
    if (codec->recognises(bytes)) return codec;
  }
  return nullptr;
}

}  // namespace longclip::image
