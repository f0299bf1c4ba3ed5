#pragma once

#include <memory>

#include "image/codec.h"
#include "image/row_source.h"

namespace longclip::image {

// A JPEG's rows. Throws CodecError.
std::unique_ptr<RowSource> open_jpeg(Bytes bytes, const Header& header, const Decoding& decoding);

}  // namespace longclip::image
