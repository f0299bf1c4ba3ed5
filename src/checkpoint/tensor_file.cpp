#include "checkpoint/tensor_file.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "checkpoint/safetensors.h"
#include "checkpoint/torch_file.h"
#include "checkpoint/zip.h"

namespace longclip::checkpoint {
namespace {

// What people name by mistake, by its first bytes.
struct Known {
  std::string_view begin;
  std::string_view reason;
};

using namespace std::string_view_literals;

constexpr std::array kKnown{
    Known{"version https://git-lfs"sv, "a Git LFS pointer, not the checkpoint; run git lfs pull"sv},
    Known{"<!DOCTYPE"sv, "a web page, not a checkpoint; download the file itself"sv},
    Known{"<!doctype"sv, "a web page, not a checkpoint; download the file itself"sv},
    Known{"<html"sv, "a web page, not a checkpoint; download the file itself"sv},
    Known{"GGUF"sv, "a GGUF file; convert the PyTorch or safetensors checkpoint it was made from"sv},
    Known{"\x89HDF"sv, "an HDF5 file (Keras); convert a PyTorch or safetensors checkpoint"sv},
    Known{"\x93NUMPY"sv, "a NumPy array, not a checkpoint"sv},
    Known{"\x1f\x8b"sv, "gzip-compressed; unpack it first"sv},
};

}  // namespace

TensorFile read_tensor_file(const Source& source) {
  if (source.bytes.empty()) fail(source, "an empty file");
  if (Zip::is_zip(source.bytes)) return read_torch_zip(source);
  // Before the pickle: the length of a header, with which the file begins, can look like one.
  if (is_safetensors(source.bytes)) return read_safetensors(source);
  if (is_torch_legacy(source.bytes)) return read_torch_legacy(source);
  const std::string_view text{reinterpret_cast<const char*>(source.bytes.data()), source.bytes.size()};
  for (const Known& known : kKnown) {
    if (text.starts_with(known.begin)) fail(source, known.reason);
  }
  fail(source, "not a checkpoint that can be read: neither PyTorch (zip, TorchScript, legacy) nor safetensors");
}

void add_tensor(TensorFile& file, const Source& source, std::string name, Tensor tensor) {
  if (!std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c <= '~'; })) {
    fail(source, "the tensor name " + printable(name) + " is not printable ASCII");
  }
  const auto [at, added] = file.tensors.emplace(std::move(name), std::move(tensor));
  if (!added) fail(source, "the tensor " + printable(at->first) + " occurs twice");
}

}  // namespace longclip::checkpoint
