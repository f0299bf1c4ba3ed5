#pragma once

#include <cstddef>
#include <span>

#include <longclip/matrix.h>

namespace longclip::matrix {

// load_npy() of a file's bytes. Allocates no more than they can fill: values of two bytes become
// floats of four. Throws InvalidFile with the reason alone: the caller knows the file's name.
Matrix read_npy(std::span<const std::byte> file);

}  // namespace longclip::matrix
